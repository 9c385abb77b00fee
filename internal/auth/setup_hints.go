package auth

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The functions here explain why tokens of a provider are of no use with the server's settings. Each returns what is
// wrong, and the setting or the provider's setting to change. They show no more of a token than these claims: iss, aud,
// ver, and the names of the others.

// graphAudience is the audience of tokens for Microsoft Graph.
const graphAudience = "00000003-0000-0000-c000-000000000000"

const (
	graphProblem = "token is for Microsoft Graph, not for this server"
	graphRemedy  = "request a scope of this server's API, such as api://…/access, and none of Graph (the console's are in --console-scope)"
)

func opaqueHint() (problem, remedy string) {
	return "token is no JWT",
		"let the provider issue JWTs as access tokens. Ory Hydra: strategies.access_token: jwt. Okta: a custom authorization server. " +
			"Auth0: name the API as audience. Google: send the ID token, its access tokens are never JWTs"
}

func encryptedHint() (problem, remedy string) {
	return "token is encrypted, so it cannot be verified",
		"let the provider issue signed JWTs. Auth0: name the API as audience, and turn its JWE encryption off"
}

func algorithmHint(algorithm string) (problem, remedy string) {
	return "token has the signature algorithm " + quoted(algorithm) + ", which is not accepted",
		"let the provider sign with an asymmetric algorithm, such as RS256 or ES256 (Auth0: the API's signing algorithm)"
}

func expiryHint() (problem, remedy string) {
	return "token has no claim \"exp\"", "let the provider issue access tokens that expire"
}

func clockHint(early time.Duration) (problem, remedy string) {
	return fmt.Sprintf("token is valid only %v from now", early.Round(time.Second)),
		"correct the clocks of this server and of the provider, or raise --clock-skew"
}

// issuerHint explains why no issuer of the settings has the token's iss.
func issuerHint(issuers []*tokenVerifier, token parsedToken) (problem, remedy string) {
	issuer, _ := token.claims["iss"].(string)
	audience, _ := audiences(token.claims["aud"])

	if slices.Contains(audience, graphAudience) {
		return graphProblem, graphRemedy
	}

	setting, ours := "--issuer", issuers[0].config.Issuer
	problem = fmt.Sprintf("token has iss %s, --issuer is %s", quoted(issuer), quoted(ours))

	if issuers[0].config.InTable {
		setting = "an issuer in --issuers"
		problem = fmt.Sprintf("token has iss %s, which is no issuer in --issuers", quoted(issuer))
	}

	if issuer == "" {
		return problem, "let the provider put its name into the claim iss"
	}

	version, _ := token.claims["ver"].(string)

	for _, verifier := range issuers {
		if remedy := nearIssuer(verifier.config, setting, issuer, version); remedy != "" {
			return problem, remedy
		}
	}

	return problem, fmt.Sprintf("if this is the provider of your users: set %s to %s", setting, quoted(issuer))
}

// nearIssuer says what to do if a token's issuer is nearly the one of the settings, or "".
func nearIssuer(config Config, setting, issuer, version string) string {
	ours := config.Issuer
	isV2 := strings.HasSuffix(strings.TrimSuffix(ours, "/"), "/v2.0")

	switch {
	case strings.TrimSuffix(ours, "/") == strings.TrimSuffix(issuer, "/"):
		return fmt.Sprintf("set %s to %s: the slash at its end counts", setting, quoted(issuer))
	case version == "1.0" && isV2:
		return fmt.Sprintf("token has ver 1.0: set requestedAccessTokenVersion (accessTokenAcceptedVersion) to 2 in the API's app registration, or set %s to %s",
			setting, quoted(issuer))
	case version == "2.0" && !isV2:
		return fmt.Sprintf("token has ver 2.0: set %s to %s", setting, quoted(issuer))
	case strings.HasSuffix(issuer, "/adfs/services/trust"):
		return fmt.Sprintf("set %s to %s, and %s to https://HOST/adfs/discovery/keys", setting, quoted(issuer), config.setting("jwks-url"))
	}

	mine, err := url.Parse(ours)
	theirs, err2 := url.Parse(issuer)

	if err != nil || err2 != nil {
		return ""
	}

	if mine.Host == theirs.Host && hasGUID(mine.Path) && hasGUID(theirs.Path) {
		return fmt.Sprintf("token is of another organization of the provider: to accept several, set %s to %s", setting, quoted(withPlaceholder(ours)))
	}

	if mine.Path == theirs.Path && (mine.Host != theirs.Host || mine.Scheme != theirs.Scheme) {
		return fmt.Sprintf("set %s to %s, and %s to where the keys are; or give the provider a fixed public name (Keycloak: --hostname)",
			setting, quoted(issuer), config.setting("jwks-url"))
	}

	return ""
}

func hasGUID(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), guid.MatchString)
}

// withPlaceholder returns an issuer with {tenantid} in place of an organization's id.
func withPlaceholder(issuer string) string {
	parts := strings.Split(issuer, "/")
	if i := slices.IndexFunc(parts, guid.MatchString); i >= 0 {
		parts[i] = tenantPlaceholder
	}

	return strings.Join(parts, "/")
}

// keyHint explains why none of the issuer's keys fits.
func keyHint(config Config, keys *keySet, token parsedToken) (problem, remedy string) {
	audience, _ := audiences(token.claims["aud"])
	if _, nonce := token.header["nonce"]; nonce || slices.Contains(audience, graphAudience) {
		return graphProblem, graphRemedy
	}

	id, _ := token.header["kid"].(string)
	for _, key := range keys.keys {
		if id == "" || key.KeyID == id {
			return "token's signature is not valid", "if it comes from the provider: its keys must fit the token's alg"
		}
	}

	where := "the keys at " + config.setting("jwks-url") + " must be the issuer's"
	if config.JWKSURL == "" {
		where = "give the URL of the keys by " + config.setting("jwks-url")
	}

	return fmt.Sprintf("token is signed with the key %s, which the issuer does not publish", quoted(id)),
		"if it comes from the provider: " + where + ". Entra ID: an application with a signing key of its own has its keys at …/discovery/v2.0/keys?appid=ID"
}

// audienceHint explains why a token has another audience.
func audienceHint(config Config, claims map[string]any, names []string) (problem, remedy string) {
	setting := config.setting("audience")
	problem = fmt.Sprintf("token has aud %s, %s is %s", quotedList(names), setting, quoted(config.Audience))
	_, nonce := claims["nonce"]
	_, hash := claims["at_hash"]

	if len(names) == 0 {
		return problem, "let the provider add the audience. Keycloak: an audience mapper. Auth0 and Ory Hydra: name it in the request for the token"
	}

	for _, name := range names {
		same := strings.EqualFold(strings.TrimRight(name, "/"), strings.TrimRight(config.Audience, "/"))
		if same || strings.TrimPrefix(name, "api://") == strings.TrimPrefix(config.Audience, "api://") {
			return problem, fmt.Sprintf("set %s to %s. Entra ID: tokens of version 1.0 have the API's URI, those of 2.0 its client ID", setting, quoted(name))
		}
	}

	switch {
	case slices.Contains(names, graphAudience):
		return graphProblem, graphRemedy
	case slices.Contains(names, "account"):
		return problem, fmt.Sprintf("Keycloak: add an audience mapper for %s to the client, or to a scope of it", quoted(config.Audience))
	case nonce || hash:
		return problem, "this looks like an ID token: send the access token, and request it for " + quoted(config.Audience)
	}

	return problem, fmt.Sprintf("request tokens for %s; or, if this is the audience of this server alone, set %s to it", quoted(config.Audience), setting)
}

// tenantHint explains why a token names no organization.
func tenantHint(config Config, claims map[string]any) (problem, remedy string) {
	setting, fixed := config.setting("tenant-claim"), config.setting("fixed-tenant")

	if claim := lookUp(claims, config.TenantClaim); claim != nil {
		return "token has no single organization in its claim " + quoted(config.TenantClaim), "let the provider write one text there, or set " + setting
	}

	problem = "token has no claim " + quoted(config.TenantClaim) + "; it has " + claimNames(claims)

	// Auth0, Google, Okta and Entra ID, Keycloak, Ory Hydra.
	for _, other := range []string{"tid", "org_id", "hd", "organization", "ext.tid"} {
		if tenant, ok := lookUp(claims, other).(string); ok && tenant != "" {
			return problem, fmt.Sprintf("set %s to %s, if that is the organization; or give one organization to all tokens by %s", setting, other, fixed)
		}
	}

	return problem, fmt.Sprintf("set %s to the claim with the organization, let the provider add one, or give one organization to all tokens by %s", setting, fixed)
}

func tenantOfIssuerHint(config Config, named, tenant string) (problem, remedy string) {
	return fmt.Sprintf("token has the organization %s in its claim %s, and %s in its iss", quoted(tenant), quoted(config.TenantClaim), quoted(named)),
		"set " + config.setting("tenant-claim") + " to the claim that stands in the place of {tenantid} in the issuer; for Entra ID it is tid"
}

func foreignTenantHint(config Config, tenant string) (problem, remedy string) {
	return fmt.Sprintf("token is of the organization %s, for which its issuer may not speak", quoted(tenant)),
		"if it may: add the organization to " + config.setting("tenants")
}

// userHint explains why a token names no user.
func userHint(config Config, claims map[string]any) (problem, remedy string) {
	setting := config.setting("user-claim")
	problem = "token has no user in its claim " + quoted(config.UserClaim) + "; it has " + claimNames(claims)

	for _, other := range []string{"oid", "sub", "uid"} {
		if user, ok := lookUp(claims, other).(string); ok && user != "" && other != config.UserClaim {
			return problem, fmt.Sprintf("set %s to %s, or let the provider add %s", setting, other, config.UserClaim)
		}
	}

	return problem, "let the provider add the claim (Keycloak: the client scope basic adds sub), or set " + setting + " to the claim with an id that never changes"
}

func idsHint(config Config) (problem, remedy string) {
	return "token has an organization or a user that is too long, or has characters that no id has",
		"set " + config.setting("tenant-claim") + " and " + config.setting("user-claim") + " to claims with ids"
}

func overageHint(config Config) (problem, remedy string) {
	return "token has too many groups to name them (_claim_names, hasgroups), so it has no role",
		"Entra ID: define app roles in the API's app registration, assign the groups to them, and set " + config.setting("roles-claim") + " to roles"
}
