package auth

// tenant returns the id of the organization that the claims name, or the fixed one.
func (v *tokenVerifier) tenant(claims map[string]any) (string, error) {
	if v.config.FixedTenant != "" {
		return v.config.FixedTenant, nil
	}

	claim := lookUp(claims, v.config.TenantClaim)

	// Keycloak lists the organizations of a user.
	if list, ok := claim.([]any); ok && len(list) == 1 {
		claim = list[0]
	}

	tenant, _ := claim.(string)
	if tenant == "" {
		v.hints.tell(hintTenant, func() (string, string) { return tenantHint(v.config, claims) })

		return "", &TokenError{Reason: "The token has no organization in its claim " + v.config.TenantClaim + "."}
	}

	// An issuer of several organizations signs with the same keys for all of them. Its own name says for which one.
	issuer, _ := claims["iss"].(string)
	if named, several := tenantOfIssuer(v.pattern, issuer); several && named != tenant {
		v.hints.tell(hintTenantOfIssuer, func() (string, string) { return tenantOfIssuerHint(v.config, named, tenant) })

		return "", &TokenError{Reason: "The token's organization is not the one of its issuer."}
	}

	return tenant, nil
}
