package licensing

import "time"

// Tenant is an organization. All data but the catalog belongs to exactly one.
type Tenant struct {
	ID   ID
	Name string
	// ExternalID is the identity provider's id of the organization, as it stands in tokens; see [OrganizationID].
	ExternalID string
	// AutoClaimEnabled is the feature switch; off in a new tenant.
	AutoClaimEnabled bool
	// TimeZone is the IANA name of the zone whose days reports and lists use: "UTC" in a new tenant.
	TimeZone string
	// FoldExternalIDs says that users' external ids which differ only by case or by Unicode normal form are of one user.
	FoldExternalIDs bool
	// ConfigVersion rises with each change of the settings or of a policy, so that servers know when
	// their cached policies are out of date.
	ConfigVersion int64
	CreatedAt     time.Time
	// DeletedAt is when the operator began to delete the tenant; nil if nobody did.
	DeletedAt *time.Time
}

// Settings returns the tenant's settings.
func (t Tenant) Settings() Settings {
	return Settings{
		AutoClaimEnabled: t.AutoClaimEnabled, TimeZone: t.TimeZone, ExternalIDMatching: t.ExternalIDMatching(),
	}
}

// ExternalIDMatching says which external ids of users are of one user.
func (t Tenant) ExternalIDMatching() ExternalIDMatching {
	if t.FoldExternalIDs {
		return MatchFolded
	}

	return MatchExact
}
