package devprovider

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The provider's clients and the user of its service client.
const (
	// ConsoleClient is the client id of the admin console, a public client.
	ConsoleClient = "autoclaim-console"
	// SignInClient is the client id of a sign-in service on this machine, such as the example. Its client
	// credentials grant gives tokens of [SignInUser].
	SignInClient = "autoclaim-sign-in"
	// SignInSecret is the secret of SignInClient. It need not be secret, since the provider asks for no passwords.
	SignInSecret = "for-development-only"
	// SignInUser is the subject of the sign-in service's tokens.
	SignInUser = "demo-sign-in"
)

const idTokenTTL = time.Hour

var errUnknownClient = errors.New("unknown client or wrong client secret")

// client is an application that users sign in to, or a service.
type client struct {
	id     string
	secret string
	// login is the path of the login page.
	login     string
	redirects []string
	// loopbackCallback allows redirects to the path /callback on any port of this machine. The library compares them
	// with the patterns of RedirectURIGlobs, and [client.allowsRedirect] with their parsed form.
	loopbackCallback bool
	afterSignOut     []string
	grants           []oidc.GrantType
}

// clients returns the clients of the server at a URL, by their ids. The provider is at the path.
func clients(server, path string) map[string]client {
	return map[string]client{
		ConsoleClient: {
			id: ConsoleClient, login: path + "login", redirects: []string{server + "/console/callback"},
			afterSignOut: []string{server + "/console/signed-out"},
			grants:       []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken},
		},
		SignInClient: {
			id: SignInClient, login: path + "login", secret: SignInSecret,
			loopbackCallback: true,
			grants:           []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeClientCredentials},
		},
	}
}

// GetID and the methods below implement [op.Client].
func (c client) GetID() string                        { return c.id }
func (c client) RedirectURIs() []string               { return c.redirects }
func (c client) PostLogoutRedirectURIs() []string     { return c.afterSignOut }
func (c client) PostLogoutRedirectURIGlobs() []string { return nil }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType        { return c.grants }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (c client) LoginURL(id string) string                                { return c.login + "?id=" + id }
func (c client) IDTokenLifetime() time.Duration                           { return idTokenTTL }
func (c client) DevMode() bool                                            { return true } // It allows redirects to plain HTTP.
func (c client) IsScopeAllowed(string) bool                               { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool                     { return true }
func (c client) ClockSkew() time.Duration                                 { return 0 }
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { return allScopes } //nolint:staticcheck // The library's name.
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return allScopes
}

// RedirectURIGlobs implements [op.HasRedirectGlobs]. A star also matches the user info of a URL with another host.
func (c client) RedirectURIGlobs() []string {
	if !c.loopbackCallback {
		return nil
	}

	return []string{"http://127.0.0.1:*/callback", "http://localhost:*/callback"}
}

// allowsRedirect says whether browsers may be sent to the URL after a sign-in.
func (c client) allowsRedirect(text string) bool {
	return slices.Contains(c.redirects, text) || c.loopbackCallback && isLoopbackCallback(text)
}

// isLoopbackCallback says whether a URL is http://HOST:PORT/callback on this machine, in exactly this spelling. All
// programs read that spelling in the same way.
func isLoopbackCallback(text string) bool {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() != "127.0.0.1" && parsed.Hostname() != "localhost" {
		return false
	}

	port, err := strconv.ParseUint(parsed.Port(), 10, 16)

	return err == nil && port > 0 && text == "http://"+parsed.Hostname()+":"+strconv.FormatUint(port, 10)+"/callback"
}

// AuthMethod is none for public clients, which must use PKCE.
func (c client) AuthMethod() oidc.AuthMethod {
	if c.secret == "" {
		return oidc.AuthMethodNone
	}

	return oidc.AuthMethodBasic
}

// ApplicationType depends on whether the client has a secret.
func (c client) ApplicationType() op.ApplicationType {
	if c.secret == "" {
		return op.ApplicationTypeUserAgent
	}

	return op.ApplicationTypeWeb
}

func allScopes(scopes []string) []string { return scopes }

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	known, ok := s.clients[id]
	if !ok {
		return nil, errUnknownClient
	}

	return known, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	known := s.clients[id]
	if known.secret == "" || subtle.ConstantTimeCompare([]byte(known.secret), []byte(secret)) == 0 {
		return errUnknownClient
	}

	return nil
}

func (s *storage) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	if err := s.AuthorizeClientIDSecret(ctx, id, secret); err != nil {
		return nil, err
	}

	return s.GetClientByClientID(ctx, id)
}
