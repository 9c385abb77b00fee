// Package reporting makes claim reports: who claimed what, as lists, as totals and as CSV.
package reporting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Service makes reports. It is safe for concurrent use.
type Service struct {
	store *store.Store
	now   func() time.Time
}

// New returns a service on an open store.
func New(db *store.Store, now func() time.Time) *Service {
	return &Service{store: db, now: now}
}

// Report is a report of the claims in a period. It reads its lists and totals when a method asks for them.
type Report struct {
	Period licensing.Period
	// Since and Until are the start and the end of the period.
	Since, Until time.Time
	// Tenant is whose report it is, and Zone its time zone. Days of the report are days in this zone.
	Tenant licensing.Tenant
	Zone   *time.Location
	// FirstDay and LastDay are the days of Since and Until; see [licensing.DayIn].
	FirstDay, LastDay time.Time
	// PolicyID is the only policy that the report is about; nil for all.
	PolicyID *licensing.ID
	// Text restricts the lists to users whose display name, email or external id contains it. It does not restrict
	// the totals.
	Text string

	tenant store.Handle
}

// Searched returns the report with its lists restricted to users who match a text; see [Report].
func (r Report) Searched(text string) Report {
	r.Text = text

	return r
}

// ClaimReport returns a report of the tenant's claims in the period that ends now. It reads no claims yet.
func (s *Service) ClaimReport(
	ctx context.Context, tenantID licensing.ID, period licensing.Period, policy *licensing.ID,
) (Report, error) {
	tenant, err := s.store.For(tenantID).Tenant(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("claim report: %w", err)
	}

	until, zone := licensing.Instant(s.now()), tenant.Zone()

	return Report{
		Period: period, Since: period.Since(until, zone), Until: until, Tenant: tenant, Zone: zone,
		FirstDay: period.FirstDay(until, zone), LastDay: licensing.DayIn(until, zone),
		PolicyID: policy, tenant: s.store.For(tenantID),
	}, nil
}

func (r Report) filter() store.ReportFilter {
	return store.ReportFilter{Since: r.Since, Zone: r.Zone, PolicyID: r.PolicyID, Text: r.Text}
}

// Claims lists the report's claims, latest first.
func (r Report) Claims() paging.List[licensing.Claim] { return r.tenant.Claims(r.filter()) }

// MissedClaims lists the users for whom no license was left in the period, latest first.
func (r Report) MissedClaims() paging.List[licensing.MissedClaim] {
	return r.tenant.MissedClaims(r.filter())
}

// Totals counts the report's claims.
func (r Report) Totals(ctx context.Context) (Totals, error) {
	parts, err := r.tenant.ClaimTotals(ctx, r.filter())
	if err != nil {
		return Totals{}, fmt.Errorf("claim report: %w", err)
	}

	return sumUp(parts), nil
}

// Totals are the numbers of claims in a report.
type Totals struct {
	Claims int
	// ByPolicy and ByProduct are sorted by number of claims, largest first.
	ByPolicy  []Total[licensing.ID]
	ByProduct []Total[licensing.ID]
	// ByDay has the days in the report's zone that have claims, latest first.
	ByDay []DayTotal
}

// DayTotal is the number of claims on one day.
type DayTotal struct {
	Total[time.Time]

	// ByProduct is sorted by number of claims, largest first.
	ByProduct []Total[licensing.ID]
}

// Total is the number of claims that have a key in common.
type Total[K comparable] struct {
	Key    K
	Claims int
}

func sumUp(parts []store.ClaimTotal) Totals {
	var (
		all       int
		byPolicy  = make(map[licensing.ID]int)
		byProduct = make(map[licensing.ID]int)
		byDay     = make(map[time.Time]map[licensing.ID]int)
	)

	for _, part := range parts {
		all += part.Claims
		byPolicy[part.PolicyID] += part.Claims
		byProduct[part.ProductID] += part.Claims

		if byDay[part.Day] == nil {
			byDay[part.Day] = make(map[licensing.ID]int)
		}

		byDay[part.Day][part.ProductID] += part.Claims
	}

	mostFirst := func(a, b Total[licensing.ID]) int {
		return cmp.Or(cmp.Compare(b.Claims, a.Claims), licensing.CompareIDs(a.Key, b.Key))
	}

	days := make([]DayTotal, 0, len(byDay))

	for day, products := range byDay {
		total := DayTotal{Total: Total[time.Time]{Key: day}, ByProduct: sorted(products, mostFirst)}
		for _, product := range total.ByProduct {
			total.Claims += product.Claims
		}

		days = append(days, total)
	}

	slices.SortFunc(days, func(a, b DayTotal) int { return b.Key.Compare(a.Key) })

	return Totals{
		Claims: all, ByPolicy: sorted(byPolicy, mostFirst), ByProduct: sorted(byProduct, mostFirst), ByDay: days,
	}
}

func sorted[K comparable](counts map[K]int, order func(a, b Total[K]) int) []Total[K] {
	totals := make([]Total[K], 0, len(counts))
	for key, claims := range counts {
		totals = append(totals, Total[K]{Key: key, Claims: claims})
	}

	slices.SortFunc(totals, order)

	return totals
}
