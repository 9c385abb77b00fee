package auth

import (
	"slices"
	"strings"
)

// rolesOmitted says that a token names its groups elsewhere, because they were too many for it. Entra ID does that.
func (v *tokenVerifier) rolesOmitted(claims map[string]any) bool {
	if lookUp(claims, v.config.RolesClaim) != nil {
		return false
	}

	elsewhere, _ := claims["_claim_names"].(map[string]any)
	_, named := elsewhere[v.config.RolesClaim]
	has, _ := claims["hasgroups"].(bool)

	return named || has && v.config.RolesClaim == "groups"
}

// learnRoles tells the operator about tokens without a role, until a token has one: most users have none.
func (v *tokenVerifier) learnRoles(claims map[string]any, roles Roles, omitted bool) {
	switch {
	case roles != 0:
		v.gaveRole.Store(true)
	case omitted:
		v.hints.tell(hintOverage, func() (string, string) { return overageHint(v.config) })
	case !v.gaveRole.Load():
		v.hints.tell(hintRoles, func() (string, string) { return v.rolesHint(claims) })
	}
}

// rolesHint explains why a token has no role.
func (v *tokenVerifier) rolesHint(claims map[string]any) (problem, remedy string) {
	setting := v.config.setting("roles-claim")
	names := claimNames(claims)

	if other := v.claimWithRoles(claims); other != "" {
		return "token has no role in " + quoted(v.config.RolesClaim) + ", but one in " + quoted(other), "set " + setting + " to " + other
	}

	if lookUp(claims, v.config.RolesClaim) == nil {
		return "token has no claim " + quoted(v.config.RolesClaim) + "; it has " + names,
			"if its user should have a role: set " + setting + " to the claim with the roles, or let the provider add it. No token has had a role yet"
	}

	return "token has no role of this server in its claim " + quoted(v.config.RolesClaim),
		"if its user should have a role: name it GLOBAL_ADMIN and so on at the provider, or map its name by " +
			v.config.setting("role-map") + ". No token has had a role yet"
}

// claimWithRoles returns a claim other than the set one that names one of our roles, or a mapped name.
func (v *tokenVerifier) claimWithRoles(claims map[string]any) string {
	candidates := []string{
		"roles", "realm_access.roles", "resource_access." + v.config.Audience + ".roles", "groups", "permissions", "scp",
		"scope", "ext.roles", "cognito:groups",
	}

	for name := range claims {
		if strings.HasPrefix(name, "http") || strings.HasPrefix(name, "urn:") { // Auth0 and ZITADEL name claims so.
			candidates = append(candidates, name)
		}
	}

	slices.Sort(candidates)

	for _, name := range candidates {
		if name != v.config.RolesClaim && v.roles(lookUp(claims, name)) != 0 {
			return name
		}
	}

	return ""
}

// RoleHint returns a sentence for a caller who may not do something, or "". It says what the roles do not.
func (i Identity) RoleHint() string {
	if !i.RolesOmitted {
		return ""
	}

	return " Your groups did not fit into your token, so it gives you no role. Ask the operator to use app roles in place of groups."
}
