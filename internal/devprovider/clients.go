package devprovider

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The clients of the provider.
const (
	// ConsoleClient is the admin console, which has no secret.
	ConsoleClient = "autoclaim-console"
	// SignInClient is a sign-in service on this machine, such as the example. By the client credentials grant
	// it is [SignInUser].
	SignInClient = "autoclaim-sign-in"
	// SignInSecret is no secret: whoever can connect can be everybody anyway.
	SignInSecret = "for-development-only"
	// SignInUser is whom the tokens of the sign-in service name.
	SignInUser = "demo-sign-in"
)

const idTokenTTL = time.Hour

// client is an application that people sign in to.
type client struct {
	id            string
	secret        string
	redirects     []string
	redirectGlobs []string
	afterSignOut  []string
	grants        []oidc.GrantType
}

func clients(origin string) map[string]client {
	return map[string]client{
		ConsoleClient: {
			id: ConsoleClient, redirects: []string{origin + "/console/callback"},
			afterSignOut: []string{origin + "/console/signed-out"},
			grants:       []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken},
		},
		SignInClient: {
			id: SignInClient, secret: SignInSecret,
			redirectGlobs: []string{"http://127.0.0.1:*/callback", "http://localhost:*/callback"},
			grants:        []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeClientCredentials},
		},
	}
}

// GetID and the methods below tell the library about the client.
func (c client) GetID() string                        { return c.id }
func (c client) RedirectURIs() []string               { return c.redirects }
func (c client) RedirectURIGlobs() []string           { return c.redirectGlobs }
func (c client) PostLogoutRedirectURIs() []string     { return c.afterSignOut }
func (c client) PostLogoutRedirectURIGlobs() []string { return nil }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType        { return c.grants }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (c client) LoginURL(id string) string                                { return Path + "login?id=" + id }
func (c client) IDTokenLifetime() time.Duration                           { return idTokenTTL }
func (c client) DevMode() bool                                            { return true } // Redirects go to plain HTTP.
func (c client) IsScopeAllowed(string) bool                               { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool                     { return true }
func (c client) ClockSkew() time.Duration                                 { return 0 }
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { return allScopes } //nolint:staticcheck // The library's name.
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return allScopes
}

// AuthMethod is none for those who cannot keep a secret; they must use PKCE.
func (c client) AuthMethod() oidc.AuthMethod {
	if c.secret == "" {
		return oidc.AuthMethodNone
	}

	return oidc.AuthMethodBasic
}

// ApplicationType goes with AuthMethod.
func (c client) ApplicationType() op.ApplicationType {
	if c.secret == "" {
		return op.ApplicationTypeUserAgent
	}

	return op.ApplicationTypeWeb
}

func allScopes(scopes []string) []string { return scopes }
