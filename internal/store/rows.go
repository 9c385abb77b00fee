package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// The row types are the models of GORM for the tables. A test compares them with the migrated schema. They are not
// exported: callers of this package get domain objects.

type catalogStateRow struct {
	ID      int16 `gorm:"primaryKey"`
	Version int64
}

func (catalogStateRow) TableName() string { return "catalog_state" }

type appRow struct {
	ID        licensing.ID `gorm:"primaryKey"`
	VendorID  uuid.UUID
	Code      string
	Name      string
	Claimable bool
}

func (appRow) TableName() string { return "apps" }

func (r appRow) domain() licensing.App { return licensing.App(r) }

type productRow struct {
	ID       licensing.ID `gorm:"primaryKey"`
	VendorID uuid.UUID
	Code     string
	Name     string
}

func (productRow) TableName() string { return "products" }

func (r productRow) domain() licensing.Product { return licensing.Product(r) }

type productAppRow struct {
	ProductID licensing.ID `gorm:"primaryKey"`
	AppID     licensing.ID `gorm:"primaryKey"`
}

func (productAppRow) TableName() string { return "product_apps" }

func (r productAppRow) domain() licensing.ProductApp { return licensing.ProductApp(r) }

type tenantRow struct {
	ID               licensing.ID `gorm:"primaryKey"`
	Name             string
	NameKey          string
	ExternalID       string
	AutoClaimEnabled bool
	TimeZone         string
	FoldExternalIDs  bool `gorm:"column:fold_external_ids"`
	ConfigVersion    int64
	CreatedAt        time.Time
	// DeletedAt is when the operator began to delete the tenant; nil if nobody did.
	DeletedAt *time.Time
}

func (tenantRow) TableName() string { return "tenants" }

func (r tenantRow) domain() licensing.Tenant {
	return licensing.Tenant{
		ID: r.ID, Name: r.Name, ExternalID: r.ExternalID, AutoClaimEnabled: r.AutoClaimEnabled,
		TimeZone: r.TimeZone, FoldExternalIDs: r.FoldExternalIDs, ConfigVersion: r.ConfigVersion, CreatedAt: r.CreatedAt.UTC(),
		DeletedAt: columns.UTC(r.DeletedAt),
	}
}

type poolRow struct {
	TenantID  licensing.ID `gorm:"primaryKey"`
	ProductID licensing.ID `gorm:"primaryKey"`
	Total     int
	Assigned  int
}

func (poolRow) TableName() string { return "license_pools" }

func (r poolRow) domain() licensing.Pool {
	return licensing.Pool{ProductID: r.ProductID, Total: r.Total, Assigned: r.Assigned}
}

type subscriptionRow struct {
	TenantID  licensing.ID `gorm:"primaryKey"`
	ID        licensing.ID `gorm:"primaryKey"`
	ProductID licensing.ID
	Quantity  int
	Status    licensing.SubscriptionStatus
	CreatedAt time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

func (subscriptionRow) TableName() string { return "subscriptions" }

func (r subscriptionRow) domain() licensing.Subscription {
	return licensing.Subscription{
		ID: r.ID, ProductID: r.ProductID, Quantity: r.Quantity, Status: r.Status,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

type userRow struct {
	TenantID    licensing.ID `gorm:"primaryKey"`
	ID          licensing.ID `gorm:"primaryKey"`
	ExternalID  string
	DisplayName string
	Email       string
	SearchKey   string
	// FoldedID is unique in the tenant. It may be nil if the tenant compares external ids exactly.
	FoldedID     *string
	BlockedAt    *time.Time
	LastSignInAt *time.Time
	CreatedAt    time.Time
}

func (userRow) TableName() string { return "users" }

func (r userRow) domain() licensing.User {
	return licensing.User{
		ID: r.ID, ExternalID: r.ExternalID, DisplayName: r.DisplayName, Email: r.Email,
		BlockedAt: columns.UTC(r.BlockedAt), LastSignInAt: columns.UTC(r.LastSignInAt), CreatedAt: r.CreatedAt.UTC(),
	}
}

func newUserRow(tenant licensing.ID, matching licensing.ExternalIDMatching, u licensing.User) userRow {
	return userRow{
		TenantID: tenant, ID: u.ID, ExternalID: u.ExternalID, DisplayName: u.DisplayName, Email: u.Email,
		SearchKey: columns.UserSearchKey(u), FoldedID: columns.FoldedID(matching, u.ExternalID),
		BlockedAt: u.BlockedAt, LastSignInAt: u.LastSignInAt, CreatedAt: u.CreatedAt,
	}
}

type licenseRow struct {
	TenantID   licensing.ID `gorm:"primaryKey"`
	ID         licensing.ID `gorm:"primaryKey"`
	UserID     licensing.ID
	ProductID  licensing.ID
	Source     licensing.Source
	PolicyID   *licensing.ID
	AppsOff    []licensing.ID `gorm:"serializer:json"`
	AssignedAt time.Time
	RemovedAt  *time.Time
}

func (licenseRow) TableName() string { return "licenses" }

func (r licenseRow) domain() licensing.License {
	return licensing.License{
		ID: r.ID, UserID: r.UserID, ProductID: r.ProductID, Source: r.Source, PolicyID: r.PolicyID,
		AppsOff: r.AppsOff, AssignedAt: r.AssignedAt.UTC(), RemovedAt: columns.UTC(r.RemovedAt),
	}
}

func newLicenseRow(tenant licensing.ID, l licensing.License) licenseRow {
	return licenseRow{
		TenantID: tenant, ID: l.ID, UserID: l.UserID, ProductID: l.ProductID, Source: l.Source,
		PolicyID: l.PolicyID, AppsOff: notNil(l.AppsOff), AssignedAt: l.AssignedAt, RemovedAt: l.RemovedAt,
	}
}

type claimRow struct {
	TenantID  licensing.ID `gorm:"primaryKey"`
	ID        licensing.ID `gorm:"primaryKey"`
	UserID    licensing.ID
	PolicyID  licensing.ID
	AppID     licensing.ID
	ProductID licensing.ID
	LicenseID licensing.ID
	Position  int
	ClaimedAt time.Time
}

func (claimRow) TableName() string { return "claims" }

// claimViewRow is a claim, and whether its license is still active.
type claimViewRow struct {
	Claim     claimRow `gorm:"embedded"`
	StillHeld bool
}

func (r claimViewRow) domain() licensing.Claim {
	c := r.Claim

	return licensing.Claim{
		ID: c.ID, UserID: c.UserID, PolicyID: c.PolicyID, AppID: c.AppID, ProductID: c.ProductID,
		LicenseID: c.LicenseID, Position: c.Position, ClaimedAt: c.ClaimedAt.UTC(), StillHeld: r.StillHeld,
	}
}

type claimDayRow struct {
	TenantID  licensing.ID `gorm:"primaryKey"`
	Day       time.Time    `gorm:"primaryKey"`
	PolicyID  licensing.ID `gorm:"primaryKey"`
	ProductID licensing.ID `gorm:"primaryKey"`
	Claims    int
	Quarters  string // Each database has its own form; see [Database.QuartersText].
}

func (claimDayRow) TableName() string { return "claim_days" }

type missedClaimRow struct {
	TenantID licensing.ID `gorm:"primaryKey"`
	ID       licensing.ID `gorm:"primaryKey"`
	PolicyID licensing.ID
	UserID   licensing.ID
	FirstAt  time.Time
	LastAt   time.Time
	Count    int
}

func (missedClaimRow) TableName() string { return "missed_claims" }

func (r missedClaimRow) domain() licensing.MissedClaim {
	return licensing.MissedClaim{
		ID: r.ID, PolicyID: r.PolicyID, UserID: r.UserID,
		FirstAt: r.FirstAt.UTC(), LastAt: r.LastAt.UTC(), Count: r.Count,
	}
}

type auditEventRow struct {
	TenantID   licensing.ID `gorm:"primaryKey"`
	ID         licensing.ID `gorm:"primaryKey"`
	At         time.Time
	Actor      string
	Action     string
	ObjectKind licensing.Kind
	ObjectID   licensing.ID
	Before     *string
	After      *string
	RequestID  string
}

func (auditEventRow) TableName() string { return "audit_events" }

func (r auditEventRow) domain() licensing.AuditEvent {
	return licensing.AuditEvent{
		ID: r.ID, At: r.At.UTC(), Actor: r.Actor, Action: r.Action, ObjectKind: r.ObjectKind,
		ObjectID: r.ObjectID, Before: rawJSON(r.Before), After: rawJSON(r.After), RequestID: r.RequestID,
	}
}

// schemaStateRow says which programs can work with the schema: those built for version OldestProgram or a later one.
type schemaStateRow struct {
	ID            int
	OldestProgram int64
}

func (schemaStateRow) TableName() string { return "schema_state" }

func rawJSON(text *string) []byte {
	if text == nil {
		return nil
	}

	return []byte(*text)
}

func jsonText(raw []byte) *string {
	if raw == nil {
		return nil
	}

	text := string(raw)

	return &text
}

// notNil keeps an empty list from being stored as JSON's null.
func notNil(ids []licensing.ID) []licensing.ID {
	if ids == nil {
		return []licensing.ID{}
	}

	return ids
}
