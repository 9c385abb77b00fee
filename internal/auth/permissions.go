package auth

import "strings"

// callers is a group of callers by their roles. Each field is for one group.
type callers uint8

const (
	// admins are global admins.
	admins callers = iota
	// readers are admins and global readers.
	readers
	// reporters are readers and reports readers.
	reporters
	// users are all callers except sign-in services without another role.
	users
	// everybody is every caller with a valid token.
	everybody
)

// permissions returns the whole table: who may select which fields of which type. A field that is not listed has the
// permission of its type's "*". A type that is not listed is for readers.
//
// The table also lists fields below the root, because objects that every user can read, such as the product of their
// license, refer to objects that they must not read.
func permissions() map[string]callers {
	table := make(map[string]callers)

	for _, row := range []struct {
		who    callers
		fields string
	}{
		// Queries are for readers, mutations for admins.
		{readers, "Query.*"},
		{admins, "Mutation.*"},
		// Reports may be read with a separate role.
		{reporters, "Query.claimReport Subscription.licenseClaimed"},
		{reporters, "ClaimReport.* ClaimsByPolicy.* ClaimsByProduct.* ClaimsByDay.*"},
		{reporters, "ClaimConnection.* ClaimEdge.* Claim.*"},
		{reporters, "MissedClaimConnection.* MissedClaimEdge.* MissedClaim.*"},
		{reporters, "Policy.id Policy.name Policy.app Policy.deletedAt"},
		// Users may read their own identity and licenses. A sign-in service is not a user.
		{users, "Query.viewer Viewer.*"},
		// Every caller may claim. CanClaimForOthers says for which users.
		{everybody, "Mutation.claimLicense ClaimLicensePayload.* UserError.*"},
		// The fields of a license. It refers to its policy, whose fields are not for everybody.
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

// Permissions is the table of who may select which fields. It is safe for concurrent use.
type Permissions struct{ table map[string]callers }

// NewPermissions returns the table of all permissions.
func NewPermissions() Permissions { return Permissions{table: permissions()} }

// Allowed says whether a caller with these roles may select the field of an object of the type. It allows all fields of
// introspection, which the server turns on or off for all callers.
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

func (c callers) includes(roles Roles) bool {
	if roles.Has(RoleGlobalAdmin) {
		return true
	}

	switch c {
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

// CanClaimForOthers says whether the caller may claim licenses for all users of their tenant. Every caller may claim for
// themselves.
func CanClaimForOthers(caller Identity) bool {
	return caller.Roles.Has(RoleSignInService) || caller.Roles.Has(RoleGlobalAdmin)
}
