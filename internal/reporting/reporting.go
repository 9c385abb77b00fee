// Package reporting tells who claimed what: claim reports and the same claims as CSV.
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

// Report is who claimed what in a period. Its lists and totals are read when they are asked for.
type Report struct {
	Period licensing.Period
	// Since and Until bound the period.
	Since, Until time.Time
	// PolicyID is the only policy that the report is about; nil for all.
	PolicyID *licensing.ID
	// Text restricts the lists to users in whose display name, email or external id it is found; totals
	// count all.
	Text string

	tenant store.Handle
}

// Searched returns the report with its lists restricted to the users whom a text finds.
func (r Report) Searched(text string) Report {
	r.Text = text

	return r
}

// ClaimReport begins a report of the tenant's claims in the period that ends now.
func (s *Service) ClaimReport(tenant licensing.ID, period licensing.Period, policy *licensing.ID) Report {
	until := licensing.Instant(s.now())

	return Report{
		Period: period, Since: period.Since(until), Until: until, PolicyID: policy, tenant: s.store.For(tenant),
	}
}

func (r Report) filter() store.ReportFilter {
	return store.ReportFilter{Since: r.Since, PolicyID: r.PolicyID, Text: r.Text}
}

// Claims lists the report's claims, latest first.
func (r Report) Claims() paging.List[licensing.Claim] { return r.tenant.Claims(r.filter()) }

// MissedClaims lists the users who were turned away in the period, those of late first.
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

// Totals are the numbers of a report's claims.
type Totals struct {
	Claims int
	// ByPolicy and ByProduct are in order of their claims, most first.
	ByPolicy  []Total[licensing.ID]
	ByProduct []Total[licensing.ID]
	// ByDay has the days (UTC) with claims, latest first.
	ByDay []DayTotal
}

// DayTotal is how many claims there were on a day.
type DayTotal struct {
	Total[time.Time]

	// ByProduct is in order of the claims, most first.
	ByProduct []Total[licensing.ID]
}

// Total is how many claims share a key.
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
