package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// ClaimInTx decides and stores a batch of claims in one transaction. It locks the users (and adds those whom the tenant
// does not know, with their names) and the products' pools, calls decide, and stores what decide returns. If the transaction
// conflicts with another, all of it runs again, up to 8 times: decide must do nothing that cannot be repeated, and must
// not use the database. If decide returns an error, ClaimInTx returns it and changes nothing.
func (s *Store) ClaimInTx(
	ctx context.Context, tenant licensing.ID, people []licensing.Person, products []licensing.ID, at time.Time,
	decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
) error {
	var stored licensing.ClaimResults

	err := s.retry(ctx, func() error {
		batch := licensing.NewClaimBatch(tenant, s.matchings.of(tenant), people, products, at)

		return s.database.Claim(ctx, batch, func(facts licensing.ClaimFacts) (results licensing.ClaimResults, err error) {
			if facts.Matching != batch.Matching {
				s.matchings.set(tenant, facts.Matching)

				return results, errMatchingChanged
			}

			stored, err = decide(facts)

			return stored, err
		})
	})
	if err != nil {
		return err
	}

	var change livefeed.Change

	change.AddClaims(stored.Claims)

	for product := range stored.LicensesByProduct() {
		change.AddPool(product)
	}

	s.feed.Publish(tenant, change)

	return nil
}

// ReportFilter says which claims a report covers.
type ReportFilter struct {
	// Since is when the first day of the period begins; it belongs to the period.
	Since time.Time
	// Zone decides to which day a claim belongs in totals; nil for UTC.
	Zone *time.Location
	// PolicyID restricts the report to one policy; nil for all.
	PolicyID *licensing.ID
	// Text restricts the lists, but not the totals, to users whom [Handle.Users] finds by it.
	Text string
}

// claimView adds to each claim whether its license is still active.
const claimView = `claims.*, EXISTS (SELECT 1 FROM licenses l
WHERE l.tenant_id = claims.tenant_id AND l.id = claims.license_id AND l.removed_at IS NULL) AS still_held`

// Claims lists claims, latest first.
func (h Handle) Claims(filter ReportFilter) paging.List[licensing.Claim] {
	search := h.search(filter.Text)

	return searchedList[claimViewRow](func(ctx context.Context, counting bool) *gorm.DB {
		query := h.from(ctx, &claimRow{}).Select(claimView).Where("claimed_at >= ?", filter.Since)
		query = whereEqual(query, "policy_id", filter.PolicyID)

		return search.restrict(ctx, query, "claims", counting, func(query *gorm.DB, users []licensing.ID) *gorm.DB {
			// Licenses have an index by user.
			return query.Where("license_id IN (?)", h.from(ctx, &licenseRow{}).Select("id").Where(h.anyOf("user_id", users)))
		})
	}, byLatest("claimed_at"), func(c licensing.Claim) paging.Cursor { return paging.Cursor{Key: timeKey(c.ClaimedAt), ID: c.ID} })
}

// Claim returns a claim, or [licensing.ErrNotFound].
func (h Handle) Claim(ctx context.Context, id licensing.ID) (licensing.Claim, error) {
	row, err := one[claimViewRow](h.from(ctx, &claimRow{}).Select(claimView).Where("id = ?", id), "the claim")

	return row.domain(), err
}

// ClaimsByID returns the claims with these ids, in the order of the ids. Unknown ids are ignored.
func (h Handle) ClaimsByID(ctx context.Context, ids []licensing.ID) ([]licensing.Claim, error) {
	query := h.from(ctx, &claimRow{}).Select(claimView).Where(h.anyOf("id", ids)).Order("id")

	return all[claimViewRow](query, "claims")
}
