package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// maxTokenLength is the longest token that is parsed, in bytes.
const maxTokenLength = 16 << 10

// ErrKeysUnavailable means that the issuer's keys could not be fetched, so that no token can be verified.
var ErrKeysUnavailable = errors.New("the issuer's signing keys cannot be fetched")

// Config says which tokens are accepted, and which of their claims have the tenant, the user and the roles.
//
// Claims are named by paths. The dots of "realm_access.roles" separate the names of nested objects. A claim whose own
// name has dots, such as "https://example.com/roles", works too.
type Config struct {
	// Issuer is the URL of the OpenID provider, exactly as in the claim iss of its tokens. It may have {tenantid} in
	// place of an organization's id, or be Entra ID's URL for all organizations: then tokens of all organizations of the
	// provider are accepted, each for its own only.
	Issuer string
	// Tenants are the ids of the organizations that the issuer may speak for. The one element "*" stands for all that no
	// other issuer names. It is needed if there are several issuers; otherwise, empty means all.
	Tenants []string
	// JWKSURL is where the issuer's keys are. If it is set, the issuer's configuration is not fetched, and Issuer need
	// only be equal to the claim iss.
	JWKSURL string
	// AllowPlainHTTPKeys allows a JWKSURL without TLS, at private and loopback addresses only.
	AllowPlainHTTPKeys bool
	// InTable says that the configuration stands in a table of issuers, and not in flags. Messages name the settings.
	InTable bool
	// Audience is the audience that tokens must have.
	Audience string
	// TenantClaim is the claim with the organization's id; "tid" if empty.
	TenantClaim string
	// FixedTenant is the organization's id for all tokens. If it is set, TenantClaim is not read.
	FixedTenant string
	// UserClaim is the claim with the user's id; "sub" if empty.
	UserClaim string
	// RolesClaim is the claim with the roles, a list or a text separated by spaces; "roles" if empty.
	RolesClaim string
	// RoleMapping maps the provider's names of roles to ours. A name that it does not have gives no role, even if it is
	// that of one of ours. Without a mapping, the provider's names are ours.
	RoleMapping map[string]string
	// ClockSkew is the allowed difference between the clocks of the issuer and this server; none if zero.
	ClockSkew time.Duration
	// Now returns the current time; time.Now if nil.
	Now func() time.Time
	// HTTPClient fetches the issuer's configuration and keys; one with timeouts if nil.
	HTTPClient *http.Client
	// Logger logs failures to fetch keys, at most once a minute. They are not logged if it is nil.
	Logger *slog.Logger

	// otherIssuers are other issuers that sign tokens with the same keys. They exist in development only.
	otherIssuers []string
}

// withDefaults returns the configuration with defaults in place of zeros.
func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *string
		value string
	}{{&c.TenantClaim, "tid"}, {&c.UserClaim, "sub"}, {&c.RolesClaim, "roles"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}

	if c.Now == nil {
		c.Now = time.Now
	}

	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Timeout: issuerTimeout}
	}

	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}

	return c
}

// tokenVerifier verifies the tokens of one issuer. It is safe for concurrent use.
type tokenVerifier struct {
	config Config
	// pattern is the issuer, with {tenantid} in place of the id of an organization if it speaks for several.
	pattern string
	keys    keySource
	hints   *setupLog
	// gaveRole says that a token had a role, so the claim with the roles is set up right.
	gaveRole atomic.Bool
}

// newVerifier returns the verifier of an issuer's tokens. Development tokens are verified in the same way with other
// keys.
func newVerifier(config Config, keys keySource) *tokenVerifier {
	return &tokenVerifier{
		config: config, pattern: issuerPattern(config.Issuer), keys: keys, hints: newSetupLog(config.Logger, config.Now),
	}
}

// verify returns the identity of the bearer of a token, and the generation of the keys that verified it.
func (v *tokenVerifier) verify(ctx context.Context, token parsedToken) (Identity, int64, error) {
	generation, err := v.verifySignature(ctx, token)
	if err != nil {
		return Identity{}, 0, err
	}

	identity, err := v.checkClaims(token.claims)

	return identity, generation, err
}

// verifySignature returns the generation of the keys that a token's signature was verified with.
func (v *tokenVerifier) verifySignature(ctx context.Context, token parsedToken) (generation int64, err error) {
	keys, err := v.keys.current(ctx)
	if err != nil {
		return 0, err
	}

	if keys.verify(token.signed) {
		return keys.generation, nil
	}

	newer, err := v.keys.newer(ctx)
	if err != nil {
		return 0, err
	}

	if newer.generation == keys.generation || !newer.verify(token.signed) {
		v.hints.tell(hintKey, func() (string, string) { return keyHint(v.config, newer, token) })

		return 0, &TokenError{Reason: "The token's signature is not valid."}
	}

	return newer.generation, nil
}

// checkClaims returns the identity that the claims of a token with a valid signature describe.
func (v *tokenVerifier) checkClaims(claims map[string]any) (Identity, error) {
	names, isAudience := audiences(claims["aud"])
	expiry, expires, isExpiry := timeClaim(claims, "exp")
	notBefore, _, isNotBefore := timeClaim(claims, "nbf")
	_, hasAudience := claims["aud"]

	switch {
	case hasAudience && !isAudience || !isExpiry || !isNotBefore:
		return Identity{}, malformedClaims()
	case !expires:
		v.hints.tell(hintExpiry, expiryHint)

		return Identity{}, &TokenError{Reason: "The token's claims are malformed: it has no expiry."}
	case !slices.Contains(names, v.config.Audience):
		v.hints.tell(hintAudience, func() (string, string) { return audienceHint(v.config, claims, names) })

		return Identity{}, &TokenError{Reason: "The token has another audience. Request a token for " + v.config.Audience + "."}
	}

	if err := v.checkExpiry(expiry); err != nil {
		return Identity{}, err
	}

	if now := v.config.Now(); now.Add(v.config.ClockSkew).Before(notBefore) {
		v.hints.tell(hintClock, func() (string, string) { return clockHint(notBefore.Sub(now)) })

		return Identity{}, &TokenError{Reason: "The token is not valid yet. Check the clocks."}
	}

	return v.identity(claims, expiry)
}

func (v *tokenVerifier) checkExpiry(expiry time.Time) error {
	if v.config.Now().After(expiry.Add(v.config.ClockSkew)) {
		return &TokenError{Reason: "The token has expired. Sign in again."}
	}

	return nil
}

func (v *tokenVerifier) identity(claims map[string]any, expiry time.Time) (Identity, error) {
	tenant, err := v.tenant(claims)
	if err != nil {
		return Identity{}, err
	}

	user, _ := lookUp(claims, v.config.UserClaim).(string)

	if user == "" {
		v.hints.tell(hintUser, func() (string, string) { return userHint(v.config, claims) })

		return Identity{}, &TokenError{Reason: "The token has no user in its claim " + v.config.UserClaim + "."}
	}

	for _, id := range []struct{ claim, text string }{{v.config.TenantClaim, tenant}, {v.config.UserClaim, user}} {
		if err := licensing.CheckIdentifier(id.text); err != nil {
			v.hints.tell(hintIDs, func() (string, string) { return idsHint(v.config) })

			return Identity{}, &TokenError{Reason: fmt.Sprintf("The token's claim %s is malformed: %v.", id.claim, err)}
		}
	}

	roles := v.roles(lookUp(claims, v.config.RolesClaim))
	omitted := v.rolesOmitted(claims)
	v.learnRoles(claims, roles, omitted)

	return Identity{
		TenantExternalID: tenant, UserExternalID: user, DisplayName: displayName(claims), Email: email(claims),
		Roles: roles, RolesOmitted: omitted, ExpiresAt: expiry,
	}, nil
}

// roles returns the roles of a claim. It ignores unknown names, since providers put other names into the same claim. If
// there is a mapping, it ignores what the mapping does not have: a group of the provider may have the name of a role.
func (v *tokenVerifier) roles(claim any) Roles {
	var names []string

	switch claim := claim.(type) {
	case string:
		names = append(strings.Fields(claim), claim) // The name of a role may have spaces.
	case map[string]any: // As ZITADEL writes them.
		names = slices.Collect(maps.Keys(claim))
	case []any:
		for _, name := range claim {
			if text, ok := name.(string); ok {
				names = append(names, text)
			}
		}
	}

	var roles Roles

	for _, name := range names {
		if len(v.config.RoleMapping) > 0 {
			name = v.config.RoleMapping[name]
		}

		roles |= NewRoles(Role(name))
	}

	return roles
}

// lookUp returns the claim with this name, or else the claim at this path. The names on a path may have dots too, such
// as those of Keycloak's clients.
func lookUp(claims map[string]any, path string) any {
	if value, ok := claims[path]; ok {
		return value
	}

	for i, c := range path {
		if c != '.' {
			continue
		}

		if object, ok := claims[path[:i]].(map[string]any); ok {
			if value := lookUp(object, path[i+1:]); value != nil {
				return value
			}
		}
	}

	return nil
}
