package graph

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
)

// The types of the schema's objects wrap those of the domain: ids get their global form here, and
// fields that need more than the object itself have resolvers.
type (
	// Node is any object with a global id.
	Node interface{ IsNode() }
	// App is an app of the catalog.
	App struct{ licensing.App }
	// Product is a product of the catalog.
	Product struct{ licensing.Product }
	// User is someone who signs in.
	User struct{ licensing.User }
	// License is a user's holding of a product.
	License struct{ licensing.License }
	// ProductSubscription is a purchase.
	ProductSubscription struct{ licensing.Subscription }
	// Policy is an auto-claim policy.
	Policy struct{ licensing.Policy }
	// Claim is a license got under a policy.
	Claim struct{ licensing.Claim }
	// MissedClaim is a user who was turned away.
	MissedClaim struct{ licensing.MissedClaim }
	// AuditEvent is a change by an admin.
	AuditEvent struct{ licensing.AuditEvent }
)

// ID is the global id.
func (a App) ID() string { return globalID(licensing.KindApp, a.App.ID) }

// ID is the global id.
func (p Product) ID() string { return globalID(licensing.KindProduct, p.Product.ID) }

// ID is the global id.
func (u User) ID() string { return globalID(licensing.KindUser, u.User.ID) }

// ID is the global id.
func (l License) ID() string { return globalID(licensing.KindLicense, l.License.ID) }

// ID is the global id.
func (s ProductSubscription) ID() string {
	return globalID(licensing.KindSubscription, s.Subscription.ID)
}

// ID is the global id.
func (p Policy) ID() string { return globalID(licensing.KindPolicy, p.Policy.ID) }

// ID is the global id.
func (c Claim) ID() string { return globalID(licensing.KindClaim, c.Claim.ID) }

// ID is the global id.
func (m MissedClaim) ID() string { return globalID(licensing.KindMissedClaim, m.MissedClaim.ID) }

// ID is the global id.
func (e AuditEvent) ID() string { return globalID(licensing.KindAuditEvent, e.AuditEvent.ID) }

// ObjectID is the global id of what was changed.
func (e AuditEvent) ObjectID() string { return globalID(e.ObjectKind, e.AuditEvent.ObjectID) }

// IsNode marks an object with a global id.
func (App) IsNode() {}

// IsNode marks an object with a global id.
func (Product) IsNode() {}

// IsNode marks an object with a global id.
func (User) IsNode() {}

// IsNode marks an object with a global id.
func (License) IsNode() {}

// IsNode marks an object with a global id.
func (ProductSubscription) IsNode() {}

// IsNode marks an object with a global id.
func (Policy) IsNode() {}

// IsNode marks an object with a global id.
func (Claim) IsNode() {}

// IsNode marks an object with a global id.
func (MissedClaim) IsNode() {}

// IsNode marks an object with a global id.
func (AuditEvent) IsNode() {}

// Products are the policy's products in order.
func (p Policy) Products() []PolicyProduct {
	products := make([]PolicyProduct, len(p.Policy.Products))
	for i, product := range p.Policy.Products {
		products[i] = PolicyProduct{Position: i, policy: p.Policy, productID: product.ProductID}
	}

	return products
}

// PolicyProduct is a product in its policy.
type PolicyProduct struct {
	Position int

	policy    licensing.Policy
	productID licensing.ID
}

// AppToggle is an app and whether it is given.
type AppToggle struct {
	App    App
	State  licensing.ToggleState
	Locked bool
}

// Viewer is who is signed in.
type Viewer struct{ auth.Identity }

// ExternalID is the identity provider's id of the user.
func (v Viewer) ExternalID() string { return v.UserExternalID }

// Roles are the caller's roles.
func (v Viewer) Roles() []auth.Role { return v.Identity.Roles.List() }

// ClaimReport is a report whose totals are read once, when the first of them is selected.
type ClaimReport struct {
	reporting.Report

	totals func(ctx context.Context) (reporting.Totals, error)
}

func newClaimReport(report reporting.Report) *ClaimReport {
	var (
		once   sync.Once
		totals reporting.Totals
		err    error
	)

	return &ClaimReport{Report: report, totals: func(ctx context.Context) (reporting.Totals, error) {
		once.Do(func() { totals, err = report.Totals(ctx) })

		return totals, err
	}}
}

// TotalClaims is the number of claims.
func (r ClaimReport) TotalClaims(ctx context.Context) (int, error) {
	totals, err := r.totals(ctx)

	return totals.Claims, err
}

// ByPolicy are the claims of each policy.
func (r ClaimReport) ByPolicy(ctx context.Context) ([]ClaimsByPolicy, error) {
	totals, err := r.totals(ctx)

	return convert(totals.ByPolicy, func(t reporting.Total[licensing.ID]) ClaimsByPolicy {
		return ClaimsByPolicy{Claims: t.Claims, policyID: t.Key}
	}), err
}

// ByProduct are the claims of each product.
func (r ClaimReport) ByProduct(ctx context.Context) ([]ClaimsByProduct, error) {
	totals, err := r.totals(ctx)

	return convert(totals.ByProduct, newClaimsByProduct), err
}

// ByDay are the claims of each day.
func (r ClaimReport) ByDay(ctx context.Context) ([]ClaimsByDay, error) {
	totals, err := r.totals(ctx)

	return convert(totals.ByDay, func(t reporting.DayTotal) ClaimsByDay {
		return ClaimsByDay{Day: t.Key, Claims: t.Claims, ByProduct: convert(t.ByProduct, newClaimsByProduct)}
	}), err
}

// CSVPath is where the claims, or those of the users whom a text finds, are to be had as CSV.
func (r ClaimReport) CSVPath(text *string) string {
	query := url.Values{"period": {periodName(r.Period)}}
	if r.PolicyID != nil {
		query.Set("policyId", globalID(licensing.KindPolicy, *r.PolicyID))
	}

	if part := orEmpty(text); part != "" {
		query.Set("text", part)
	}

	return ClaimsCSVPath + "?" + query.Encode()
}

// ClaimsByPolicy is how many claims a policy made.
type ClaimsByPolicy struct {
	Claims int

	policyID licensing.ID
}

// ClaimsByProduct is how many claims there were of a product.
type ClaimsByProduct struct {
	Claims int

	productID licensing.ID
}

func newClaimsByProduct(total reporting.Total[licensing.ID]) ClaimsByProduct {
	return ClaimsByProduct{Claims: total.Claims, productID: total.Key}
}

// ClaimsByDay is how many claims there were on a day, in all and of each product.
type ClaimsByDay struct {
	Day       time.Time
	Claims    int
	ByProduct []ClaimsByProduct
}

func convert[A, B any](items []A, one func(A) B) []B {
	converted := make([]B, len(items))
	for i, item := range items {
		converted[i] = one(item)
	}

	return converted
}

func newApp(a licensing.App) App                                   { return App{a} }
func newProduct(p licensing.Product) Product                       { return Product{p} }
func newUser(u licensing.User) User                                { return User{u} }
func newLicense(l licensing.License) License                       { return License{l} }
func newSubscription(s licensing.Subscription) ProductSubscription { return ProductSubscription{s} }
func newPolicy(p licensing.Policy) Policy                          { return Policy{p} }
func newClaim(c licensing.Claim) Claim                             { return Claim{c} }
func newMissedClaim(m licensing.MissedClaim) MissedClaim           { return MissedClaim{m} }
func newAuditEvent(e licensing.AuditEvent) AuditEvent              { return AuditEvent{e} }

func newAppToggle(t licensing.AppToggle) AppToggle {
	return AppToggle{App: App{t.App}, State: t.State, Locked: t.Locked}
}
