package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

const (
	// maxTokenLength is the longest token that is parsed, in bytes.
	maxTokenLength = 16 << 10
	// maxLabelLength is the longest name or email, in bytes. It bounds the memory of cached identities.
	maxLabelLength = 255
	issuerTimeout  = 10 * time.Second
	// latestTime is the latest time that a token may have, in seconds since 1970: the end of the year 9999.
	latestTime = 253402300799
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

	return c
}

// tokenVerifier verifies the tokens of one issuer. It is safe for concurrent use.
type tokenVerifier struct {
	config   Config
	idToken  *oidc.IDTokenVerifier
	verified *verifiedTokens
}

// NewOIDC returns a verifier of an OpenID provider's tokens. It fetches the provider's configuration. The keys are
// fetched when they are first needed, and when a token has an unknown key id.
func NewOIDC(ctx context.Context, config Config) (Verifier, error) {
	if config.Issuer == "" || config.Audience == "" {
		return nil, errors.New("an issuer and an audience are required: set both")
	}

	if err := requireHTTPS(config.Issuer); err != nil {
		return nil, fmt.Errorf("the issuer: %w", err)
	}

	config = config.withDefaults()
	// The context is used to fetch keys long after this call has returned.
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), config.HTTPClient)

	provider, err := oidc.NewProvider(ctx, config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("fetch the OpenID configuration of %s: %w", config.Issuer, err)
	}

	var discovered struct {
		JWKSURL string `json:"jwks_uri"`
	}
	if err := provider.Claims(&discovered); err != nil {
		return nil, fmt.Errorf("read the OpenID configuration of %s: %w", config.Issuer, err)
	}

	if err := requireHTTPS(discovered.JWKSURL); err != nil {
		return nil, fmt.Errorf("the keys of %s: %w", config.Issuer, err)
	}

	verified := newVerifiedTokens()
	client := *config.HTTPClient
	client.Transport = newKeyWatcher(
		cmp.Or(client.Transport, http.DefaultTransport), discovered.JWKSURL, config.Now,
		func() { verified.generation.Add(1) })
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(ctx, &client), discovered.JWKSURL)

	return newVerifier(config, keys, verified), nil
}

// requireHTTPS refuses URLs without TLS, whose responses an attacker in the network could forge, unless they are on
// this machine.
func requireHTTPS(text string) error {
	address, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("parse its URL: %w", err)
	}

	ip := net.ParseIP(address.Hostname())
	local := address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()

	if address.Scheme != "https" && (address.Scheme != "http" || !local) {
		return fmt.Errorf("%s must start with https://, unless it is on this machine", text)
	}

	return nil
}

// newVerifier returns the verifier of an issuer's tokens. Development tokens are verified in the same way with other
// keys.
func newVerifier(config Config, keys oidc.KeySet, verified *verifiedTokens) *tokenVerifier {
	return &tokenVerifier{
		config: config, verified: verified,
		idToken: oidc.NewVerifier(config.Issuer, fetchWatcher{keys}, &oidc.Config{
			ClientID: config.Audience,
			// Symmetric algorithms and "none" are left out: with them, anybody could sign who knows the public key.
			SupportedSigningAlgs: []string{
				oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
				oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
			},
			// go-oidc allows no clock skew. checkTimes checks the expiry instead.
			SkipExpiryCheck: true,
			// go-oidc supports one issuer. Verify checks it if there are more.
			SkipIssuerCheck: len(config.otherIssuers) > 0,
		}),
	}
}

// Verify implements [Verifier]. It verifies a token's signature once until the issuer's keys change, and checks the
// expiry each time.
func (v *tokenVerifier) Verify(ctx context.Context, token string) (Identity, error) {
	if identity, known := v.verified.get(token); known {
		if err := v.checkTimes(identity.ExpiresAt, nil); err != nil {
			return Identity{}, err
		}

		return identity, nil
	}

	generation := v.verified.generation.Load()

	if len(token) > maxTokenLength {
		return Identity{}, &TokenError{Reason: "The token is too long."}
	}

	var fetchFailed error

	verified, err := v.idToken.Verify(context.WithValue(ctx, fetchErrorKey{}, &fetchFailed), token)

	switch {
	case fetchFailed != nil:
		return Identity{}, errors.Join(ErrKeysUnavailable, fetchFailed)
	case err != nil:
		return Identity{}, &TokenError{Reason: v.reason(err)}
	case !v.config.accepts(verified.Issuer):
		return Identity{}, &TokenError{Reason: v.reason(errOtherIssuer)}
	}

	claims := make(map[string]any)
	if err := verified.Claims(&claims); err != nil || !isTime(claims["exp"], true) || !isTime(claims["nbf"], false) {
		return Identity{}, &TokenError{Reason: "The token's claims are malformed."}
	}

	if err := v.checkTimes(verified.Expiry, claims["nbf"]); err != nil {
		return Identity{}, err
	}

	identity, err := v.identity(claims, verified.Expiry)
	if err != nil {
		return Identity{}, err
	}

	v.verified.add(token, identity, generation)

	return identity, nil
}

// CacheStats implements [Verifier].
func (v *tokenVerifier) CacheStats() CacheStats {
	return CacheStats{Hits: v.verified.hits.Load(), Misses: v.verified.misses.Load()}
}

// reason says what is wrong with a token, without any part of the token.
func (v *tokenVerifier) reason(err error) string {
	text := err.Error()

	switch {
	case strings.Contains(text, "expected audience"):
		return "The token has another audience. Request a token for " + v.config.Audience + "."
	case strings.Contains(text, "issued by a different provider"):
		return "The token is from another issuer. Sign in with " + v.config.Issuer + "."
	case strings.Contains(text, "malformed"):
		return "The token is malformed."
	default:
		return "The token's signature is not valid."
	}
}

// isTime says whether a claim is a time as RFC 7519 defines it. A claim that is not required may be missing.
func isTime(claim any, required bool) bool {
	if claim == nil {
		return !required
	}

	seconds, ok := claim.(float64)

	return ok && seconds >= 0 && seconds <= latestTime
}

func (v *tokenVerifier) checkTimes(expiry time.Time, notBefore any) error {
	now := v.config.Now()
	if now.After(expiry.Add(v.config.ClockSkew)) {
		return &TokenError{Reason: "The token has expired. Sign in again."}
	}

	if seconds, ok := notBefore.(float64); ok && now.Add(v.config.ClockSkew).Before(time.Unix(int64(seconds), 0)) {
		return &TokenError{Reason: "The token is not valid yet. Check the clocks."}
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
	if len(text) > maxLabelLength || strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
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

// fetchErrorKey is the context key of an error variable through which Verify learns that the keys could not be fetched.
// go-oidc returns that error as text only.
type fetchErrorKey struct{}

// fetchWatcher distinguishes failures to fetch keys from signatures that are not valid.
type fetchWatcher struct{ oidc.KeySet }

// VerifySignature implements [oidc.KeySet].
func (w fetchWatcher) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, token)
	if err != nil && strings.HasPrefix(err.Error(), "fetching keys") {
		if failure, ok := ctx.Value(fetchErrorKey{}).(*error); ok {
			*failure = err
		}
	}

	return payload, err
}
