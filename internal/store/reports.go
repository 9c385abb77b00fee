package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// ReportFilter says which claims a report is about.
type ReportFilter struct {
	// Since is the midnight (UTC) at which the period begins; claims at that very moment belong to it.
	Since time.Time
	// PolicyID restricts the report to one policy, if it isn't nil.
	PolicyID *licensing.ID
	// Text restricts the lists, not the totals, to users whom [Handle.Users] finds by it.
	Text string
}

// ofUsers restricts a list of what users did to those whom a search finds.
func (h Handle) ofUsers(ctx context.Context, query *gorm.DB, text string) *gorm.DB {
	if strings.TrimSpace(text) == "" {
		return query
	}

	return query.Where("user_id IN (?)", h.usersFound(ctx, text).Select("id"))
}

// claimView adds to each claim whether its license is still active.
const claimView = `claims.*, EXISTS (SELECT 1 FROM licenses l
WHERE l.tenant_id = claims.tenant_id AND l.id = claims.license_id AND l.removed_at IS NULL) AS still_held`

// Claims lists claims, latest first.
func (h Handle) Claims(filter ReportFilter) paging.List[licensing.Claim] {
	return lazily[claimViewRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &claimRow{}).Select(claimView).Where("claimed_at >= ?", filter.Since)

		return h.ofUsers(ctx, whereEqual(query, "policy_id", filter.PolicyID), filter.Text)
	}, byLatest("claimed_at"), func(c licensing.Claim) paging.Cursor { return paging.Cursor{Key: timeKey(c.ClaimedAt), ID: c.ID} })
}

// Claim returns a claim, or [ErrNotFound].
func (h Handle) Claim(ctx context.Context, id licensing.ID) (licensing.Claim, error) {
	row, err := one[claimViewRow](h.from(ctx, &claimRow{}).Select(claimView).Where("id = ?", id), "the claim")

	return row.domain(), err
}

// ClaimsByID returns the claims that exist of these, in the order of their ids.
func (h Handle) ClaimsByID(ctx context.Context, ids []licensing.ID) ([]licensing.Claim, error) {
	query := h.from(ctx, &claimRow{}).Select(claimView).Where(h.anyOf("id", ids)).Order("id")

	return all[claimViewRow](query, "claims")
}

// MissedClaims lists the users who were turned away, those of late first.
func (h Handle) MissedClaims(filter ReportFilter) paging.List[licensing.MissedClaim] {
	return lazily[missedClaimRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &missedClaimRow{}).Where("last_at >= ?", filter.Since)

		return h.ofUsers(ctx, whereEqual(query, "policy_id", filter.PolicyID), filter.Text)
	}, byLatest("last_at"), func(m licensing.MissedClaim) paging.Cursor { return paging.Cursor{Key: timeKey(m.LastAt), ID: m.ID} })
}

// MissedClaim returns a missed claim, or [ErrNotFound].
func (h Handle) MissedClaim(ctx context.Context, id licensing.ID) (licensing.MissedClaim, error) {
	row, err := one[missedClaimRow](h.from(ctx, &missedClaimRow{}).Where("id = ?", id), "the missed claim")

	return row.domain(), err
}

// ClaimTotal is how many claims one policy made of one product on one day.
type ClaimTotal struct {
	// Day is the midnight (UTC) at which the day begins.
	Day       time.Time
	PolicyID  licensing.ID
	ProductID licensing.ID
	Claims    int
}

// ClaimTotals counts the claims that [Handle.Claims] lists for an empty Text, by day, policy and product, latest
// day first. It takes them from the roll-up, whatever their number; so the period must begin at a midnight (UTC).
func (h Handle) ClaimTotals(ctx context.Context, filter ReportFilter) ([]ClaimTotal, error) {
	var totals []ClaimTotal

	days := h.from(ctx, &claimDayRow{}).Where("day >= ?", licensing.Day(filter.Since))
	days = whereEqual(days, "policy_id", filter.PolicyID).Order("day DESC, policy_id, product_id")

	if err := days.Select("day, policy_id, product_id, claims").Scan(&totals).Error; err != nil {
		return nil, fmt.Errorf("read the claims by day: %w", err)
	}

	for i := range totals {
		totals[i].Day = licensing.Day(totals[i].Day)
	}

	return totals, nil
}
