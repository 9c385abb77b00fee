package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// MissedClaims lists the users whom policies turned away, latest first.
func (h Handle) MissedClaims(filter ReportFilter) paging.List[licensing.MissedClaim] {
	search := h.search(filter.Text)

	return searchedList[missedClaimRow](func(ctx context.Context, counting bool) *gorm.DB {
		query := h.from(ctx, &missedClaimRow{}).Where("last_at >= ?", filter.Since)
		query = whereEqual(query, "policy_id", filter.PolicyID)

		return search.restrict(ctx, query, "missed_claims", counting, func(query *gorm.DB, users []licensing.ID) *gorm.DB {
			return query.Where(h.anyOf("user_id", users))
		})
	}, byLatest("last_at"), func(m licensing.MissedClaim) paging.Cursor { return paging.Cursor{Key: timeKey(m.LastAt), ID: m.ID} })
}

// MissedClaim returns a missed claim, or [licensing.ErrNotFound].
func (h Handle) MissedClaim(ctx context.Context, id licensing.ID) (licensing.MissedClaim, error) {
	row, err := one[missedClaimRow](h.from(ctx, &missedClaimRow{}).Where("id = ?", id), "the missed claim")

	return row.domain(), err
}
