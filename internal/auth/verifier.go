package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

const (
	// maxTokenLength is the longest token that is parsed, in bytes.
	maxTokenLength = 16 << 10
	// maxLabelLength is the longest name or email, in bytes. It bounds the memory of cached identities.
	maxLabelLength = 255
)

// ErrKeysUnavailable means that the issuer's keys could not be fetched, so that no token can be verified.
var ErrKeysUnavailable = errors.New("the issuer's signing keys cannot be fetched")

// Config says which tokens are accepted, and which of their claims have the tenant, the user and the roles.
//
// Claims are named by paths. The dots of "realm_access.roles" separate the names of nested objects. A claim whose own
// name has dots, such as "https://example.com/roles", works too.
type Config struct {
	// Issuer is the URL of the OpenID provider, exactly as in the claim iss of its tokens.
	Issuer string
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
	config   Config
	keys     keySource
	verified *verifiedTokens
}

// NewOIDC returns a verifier of an OpenID provider's tokens. It fetches the provider's configuration. The keys are
// fetched when they are first needed, every few minutes, and when a token has an unknown key id.
func NewOIDC(ctx context.Context, config Config) (Verifier, error) {
	if config.Issuer == "" || config.Audience == "" {
		return nil, errors.New("an issuer and an audience are required: set both")
	}

	if err := requireHTTPS(config.Issuer); err != nil {
		return nil, fmt.Errorf("the issuer: %w", err)
	}

	config = config.withDefaults()
	issuer := newIssuer(config)

	if err := issuer.discover(ctx); err != nil {
		return nil, err
	}

	// Keys are fetched long after this call has returned.
	keys := newIssuerKeys(context.WithoutCancel(ctx), issuer.keys, config.Now, config.Logger)

	return newVerifier(config, keys), nil
}

// newVerifier returns the verifier of an issuer's tokens. Development tokens are verified in the same way with other
// keys.
func newVerifier(config Config, keys keySource) *tokenVerifier {
	return &tokenVerifier{config: config, keys: keys, verified: newVerifiedTokens()}
}

// Verify implements [Verifier]. It verifies a token's signature once until the issuer's keys change, and checks the
// expiry each time.
func (v *tokenVerifier) Verify(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxTokenLength {
		return Identity{}, &TokenError{Reason: "The token is too long."}
	}

	keys, err := v.keys.current(ctx)
	if err != nil {
		return Identity{}, err
	}

	if identity, known := v.verified.get(token, keys.generation); known {
		if err := v.checkExpiry(identity.ExpiresAt); err != nil {
			return Identity{}, err
		}

		return identity, nil
	}

	claims, generation, err := v.verifySignature(ctx, token, keys)
	if err != nil {
		return Identity{}, err
	}

	identity, err := v.checkClaims(claims)
	if err != nil {
		return Identity{}, err
	}

	v.verified.add(token, identity, generation)

	return identity, nil
}

// verifySignature returns the claims of a token whose signature is valid, and the generation of the keys that it was
// verified with.
func (v *tokenVerifier) verifySignature(
	ctx context.Context, token string, keys *keySet,
) (claims map[string]any, generation int64, err error) {
	header, payload, ok := splitToken(token)
	if !ok {
		return nil, 0, &TokenError{Reason: "The token is malformed."}
	}

	// Extensions that a reader must understand (crit) would change what is signed, and we understand none.
	names, err := readObject(header)
	if _, critical := names["crit"]; err != nil || critical {
		return nil, 0, &TokenError{Reason: "The token is malformed."}
	}

	parsed, err := jose.ParseSignedCompact(token, signatureAlgorithms())
	if err != nil {
		return nil, 0, &TokenError{Reason: "The token is malformed."}
	}

	if !keys.verify(parsed) {
		newer, err := v.keys.newer(ctx)
		if err != nil {
			return nil, 0, err
		}

		if newer.generation == keys.generation || !newer.verify(parsed) {
			return nil, 0, &TokenError{Reason: "The token's signature is not valid."}
		}

		keys = newer
	}

	claims, err = readObject(payload)
	if err != nil {
		return nil, 0, malformedClaims()
	}

	return claims, keys.generation, nil
}

func malformedClaims() error { return &TokenError{Reason: "The token's claims are malformed."} }

// Close implements [Verifier].
func (v *tokenVerifier) Close() { v.keys.close() }

// CacheStats implements [Verifier].
func (v *tokenVerifier) CacheStats() CacheStats {
	return CacheStats{Hits: v.verified.hits.Load(), Misses: v.verified.misses.Load()}
}

// checkClaims returns the identity that the claims of a token with a valid signature describe.
func (v *tokenVerifier) checkClaims(claims map[string]any) (Identity, error) {
	issuer, _ := claims["iss"].(string)
	names, isAudience := audiences(claims["aud"])
	expiry, expires, isExpiry := timeClaim(claims, "exp")
	notBefore, _, isNotBefore := timeClaim(claims, "nbf")

	switch {
	case !isAudience || !expires || !isExpiry || !isNotBefore:
		return Identity{}, malformedClaims()
	case issuer != v.config.Issuer && !slices.Contains(v.config.otherIssuers, issuer):
		return Identity{}, &TokenError{Reason: "The token is from another issuer. Sign in with " + v.config.Issuer + "."}
	case !slices.Contains(names, v.config.Audience):
		return Identity{}, &TokenError{Reason: "The token has another audience. Request a token for " + v.config.Audience + "."}
	}

	if err := v.checkExpiry(expiry); err != nil {
		return Identity{}, err
	}

	if v.config.Now().Add(v.config.ClockSkew).Before(notBefore) {
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
	tenant := v.config.FixedTenant
	if tenant == "" {
		tenant, _ = lookUp(claims, v.config.TenantClaim).(string)
	}

	user, _ := lookUp(claims, v.config.UserClaim).(string)

	switch {
	case tenant == "":
		return Identity{}, &TokenError{Reason: "The token has no organization in its claim " + v.config.TenantClaim + "."}
	case user == "":
		return Identity{}, &TokenError{Reason: "The token has no user in its claim " + v.config.UserClaim + "."}
	case licensing.CheckExternalID(tenant) != nil || licensing.CheckExternalID(user) != nil:
		return Identity{}, &TokenError{Reason: "The token's ids of organization and user are too long or malformed."}
	}

	return Identity{
		TenantExternalID: tenant, UserExternalID: user, DisplayName: label(claims["name"]), Email: label(claims["email"]),
		Roles: v.roles(lookUp(claims, v.config.RolesClaim)), ExpiresAt: expiry,
	}, nil
}

// label returns a claim that is for display only, or "" if it cannot be stored or displayed.
func label(claim any) string {
	text, _ := claim.(string)
	if len(text) > maxLabelLength || licensing.CheckLabel("", text) != nil {
		return ""
	}

	return text
}

// roles returns the roles of a claim. It ignores unknown names, since providers put other names into the same claim. If
// there is a mapping, it ignores what the mapping does not have: a group of the provider may have the name of a role.
func (v *tokenVerifier) roles(claim any) Roles {
	var names []string

	switch claim := claim.(type) {
	case string:
		names = strings.Fields(claim)
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

// lookUp returns the claim with this name, or else the claim at this path.
func lookUp(claims map[string]any, path string) any {
	if value, ok := claims[path]; ok {
		return value
	}

	head, rest, nested := strings.Cut(path, ".")
	if object, ok := claims[head].(map[string]any); ok && nested {
		return lookUp(object, rest)
	}

	return nil
}
