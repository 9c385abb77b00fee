package auth

import (
	"net/url"
	"regexp"
	"strings"
)

// tenantPlaceholder stands in an issuer for the id of an organization. Entra ID writes it so.
const tenantPlaceholder = "{tenantid}"

// guid matches the ids of organizations of Entra ID.
var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// allOrganizations matches the paths of Entra ID's URLs for all organizations. No token has such an issuer.
var allOrganizations = regexp.MustCompile(`^/(common|organizations)(/v2\.0|/)?$`)

// issuerPattern returns the issuer of tokens, with {tenantid} if it speaks for several organizations.
func issuerPattern(issuer string) string {
	parsed, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}

	all := allOrganizations.FindStringSubmatch(parsed.Path)
	if all == nil {
		return issuer
	}

	return strings.Replace(issuer, "/"+all[1], "/"+tenantPlaceholder, 1)
}

// isTemplate says whether an issuer has {tenantid}.
func isTemplate(issuer string) bool { return strings.Contains(issuer, tenantPlaceholder) }

// discoveryBase returns the URL that an issuer's configuration is below. The one of all organizations has keys for all.
func discoveryBase(issuer string) string {
	return strings.Replace(issuer, tenantPlaceholder, "common", 1)
}

// tenantOfIssuer returns the id of the organization that a token's issuer has in place of {tenantid}. ok is false if the
// issuer does not match the pattern.
func tenantOfIssuer(pattern, issuer string) (tenant string, ok bool) {
	before, after, isTemplate := strings.Cut(pattern, tenantPlaceholder)
	if !isTemplate {
		return "", false
	}

	rest, begins := strings.CutPrefix(issuer, before)
	tenant, ends := strings.CutSuffix(rest, after)

	return tenant, begins && ends && tenant != "" && !strings.ContainsAny(tenant, "/?#")
}
