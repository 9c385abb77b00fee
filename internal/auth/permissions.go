package auth

import "strings"

// audience is who may select a field.
type audience uint8

const (
	// admins and nobody else.
	admins audience = iota
	// readers are admins and readers of everything.
	readers
	// reporters are readers and readers of reports.
	reporters
	// users are all but sign-in services that have no other role.
	users
	// everybody has a valid token.
	everybody
)

// permissions is the whole table: who may select which fields of which type. A field that is not listed
// follows its type's "*", and what is not listed at all is for readers, or, if it is a mutation, for admins.
//
// Below the root it keeps objects that everybody meets, such as their license's product, from leading
// to what is not theirs.
func permissions() map[string]audience {
	table := make(map[string]audience)

	for _, row := range []struct {
		who    audience
		fields string
	}{
		// Queries are for readers, mutations for admins.
		{readers, "Query.*"},
		{admins, "Mutation.*"},
		// Reports have readers of their own.
		{reporters, "Query.claimReport Subscription.licenseClaimed"},
		{reporters, "ClaimReport.* ClaimsByPolicy.* ClaimsByProduct.* ClaimsByDay.*"},
		{reporters, "ClaimConnection.* ClaimEdge.* Claim.*"},
		{reporters, "MissedClaimConnection.* MissedClaimEdge.* MissedClaim.*"},
		{reporters, "Policy.id Policy.name Policy.app Policy.deletedAt"},
		// Whoever signs in sees who they are and what they hold; a sign-in service doesn't sign in.
		{users, "Query.viewer Viewer.*"},
		// Sign-in calls this for its users; for whom a caller may claim is up to CanClaimFor.
		{everybody, "Mutation.claimLicense ClaimLicensePayload.* UserError.*"},
		// What a license shows of itself. It may lead to its policy, whose own fields are for others.
		{everybody, "LicenseConnection.* LicenseEdge.* License.* PageInfo.*"},
		{everybody, "User.id User.externalId User.displayName User.email"},
		{everybody, "Product.id Product.vendorId Product.code Product.name"},
		{everybody, "App.id App.vendorId App.code App.name"},
	} {
		for field := range strings.FieldsSeq(row.fields) {
			table[field] = row.who
		}
	}

	return table
}

// Permissions says who may select which fields. It is safe for concurrent use.
type Permissions struct{ table map[string]audience }

// NewPermissions returns the table of all permissions.
func NewPermissions() Permissions { return Permissions{table: permissions()} }

// Allowed says whether somebody with these roles may select the field of the type of object.
// Introspection is not its concern: everybody may ask for what the schema is.
func (p Permissions) Allowed(roles Roles, typeName, field string) bool {
	if strings.HasPrefix(field, "__") || strings.HasPrefix(typeName, "__") {
		return true
	}

	who, listed := p.table[typeName+"."+field]
	if !listed {
		if who, listed = p.table[typeName+".*"]; !listed {
			who = readers
		}
	}

	return who.includes(roles)
}

func (a audience) includes(roles Roles) bool {
	if roles.Has(RoleGlobalAdmin) {
		return true
	}

	switch a {
	case readers:
		return roles.Has(RoleGlobalReader)
	case reporters:
		return roles.Has(RoleGlobalReader) || roles.Has(RoleReportsReader)
	case users:
		return roles != NewRoles(RoleSignInService)
	case everybody:
		return true
	case admins:
		return false
	default:
		return false
	}
}

// CanClaimFor says whether the caller may claim licenses for the user: sign-in services and admins may
// for everybody in their tenant, all others for themselves.
func CanClaimFor(caller Identity, userExternalID string) bool {
	return caller.UserExternalID == userExternalID ||
		caller.Roles.Has(RoleSignInService) || caller.Roles.Has(RoleGlobalAdmin)
}
