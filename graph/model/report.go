package model

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
)

// The paths of the lists of claim reports as CSV, without the prefix of a proxy.
const (
	ClaimsCSVPath       = "/reports/claims.csv"
	MissedClaimsCSVPath = "/reports/missed-claims.csv"
)

// ClaimReport is a claim report. Its totals are read once, when the first of them is selected.
type ClaimReport struct {
	reporting.Report

	totals     func(ctx context.Context) (reporting.Totals, error)
	publicPath string
}

// NewClaimReport wraps a report. publicPath is the prefix of paths in it, such as /autoclaim; "" if there is none.
func NewClaimReport(report reporting.Report, publicPath string) *ClaimReport {
	var (
		once   sync.Once
		totals reporting.Totals
		err    error
	)

	return &ClaimReport{Report: report, publicPath: publicPath, totals: func(ctx context.Context) (reporting.Totals, error) {
		once.Do(func() { totals, err = report.Totals(ctx) })

		return totals, err
	}}
}

// TotalClaims returns the number of claims.
func (r ClaimReport) TotalClaims(ctx context.Context) (int, error) {
	totals, err := r.totals(ctx)

	return totals.Claims, err
}

// ByPolicy returns the number of claims of each policy.
func (r ClaimReport) ByPolicy(ctx context.Context) ([]ClaimsByPolicy, error) {
	totals, err := r.totals(ctx)

	return Convert(totals.ByPolicy, func(t reporting.Total[licensing.ID]) ClaimsByPolicy {
		return ClaimsByPolicy{Claims: t.Claims, PolicyID: t.Key}
	}), err
}

// ByProduct returns the number of claims of each product.
func (r ClaimReport) ByProduct(ctx context.Context) ([]ClaimsByProduct, error) {
	totals, err := r.totals(ctx)

	return Convert(totals.ByProduct, newClaimsByProduct), err
}

// ByDay returns the number of claims on each day.
func (r ClaimReport) ByDay(ctx context.Context) ([]ClaimsByDay, error) {
	totals, err := r.totals(ctx)

	return Convert(totals.ByDay, func(t reporting.DayTotal) ClaimsByDay {
		return ClaimsByDay{Day: t.Key, Claims: t.Claims, ByProduct: Convert(t.ByProduct, newClaimsByProduct)}
	}), err
}

// TimeZone returns the name of the zone of the report's days.
func (r ClaimReport) TimeZone() string { return r.Zone.String() }

// CSVPath returns the path and query of the report's claims as CSV. With a text, the CSV has only the claims of
// users who match it.
func (r ClaimReport) CSVPath(text *string) string { return r.csvPath(ClaimsCSVPath, text) }

// MissedClaimsCSVPath returns the path and query of the report's missed claims as CSV, like [ClaimReport.CSVPath].
func (r ClaimReport) MissedClaimsCSVPath(text *string) string {
	return r.csvPath(MissedClaimsCSVPath, text)
}

func (r ClaimReport) csvPath(path string, text *string) string {
	query := url.Values{"period": {periodName(r.Period)}}
	if r.PolicyID != nil {
		query.Set("policyId", globalid.Encode(licensing.KindPolicy, *r.PolicyID))
	}

	if text != nil && *text != "" {
		query.Set("text", *text)
	}

	return r.publicPath + path + "?" + query.Encode()
}

// ClaimsByPolicy is the number of claims of a policy.
type ClaimsByPolicy struct {
	Claims   int
	PolicyID licensing.ID
}

// ClaimsByProduct is the number of claims of a product.
type ClaimsByProduct struct {
	Claims    int
	ProductID licensing.ID
}

func newClaimsByProduct(total reporting.Total[licensing.ID]) ClaimsByProduct {
	return ClaimsByProduct{Claims: total.Claims, ProductID: total.Key}
}

// ClaimsByDay is the number of claims on a day, in all and of each product.
type ClaimsByDay struct {
	Day       time.Time
	Claims    int
	ByProduct []ClaimsByProduct
}
