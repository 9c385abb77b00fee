package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/columns"
)

// errMatchingChanged says that somebody changed how a tenant compares external ids while a transaction ran, which must run
// again.
var errMatchingChanged = errors.New("the way of comparing external ids changes all the time")

// matchingCache keeps how tenants compared external ids when that was last read. It may be out of date: who uses it reads the
// setting again, with what depends on it. It is safe for concurrent use.
type matchingCache struct {
	mu sync.Mutex
	// folded has the tenants that do not compare exactly.
	folded map[licensing.ID]bool
}

func (c *matchingCache) of(tenant licensing.ID) licensing.ExternalIDMatching {
	c.mu.Lock()
	defer c.mu.Unlock()

	return columns.Matching(c.folded[tenant])
}

func (c *matchingCache) set(tenant licensing.ID, matching licensing.ExternalIDMatching) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.folded == nil {
		c.folded = make(map[licensing.ID]bool)
	}

	delete(c.folded, tenant)

	if matching == licensing.MatchFolded {
		c.folded[tenant] = true
	}
}

// byExternalID restricts a query of users to the one whom an external id names by the tenant's settings.
func (h Handle) byExternalID(ctx context.Context, query *gorm.DB, externalID string) *gorm.DB {
	folds := h.db.WithContext(ctx).Model(&tenantRow{}).Select("fold_external_ids").Where("id = ?", h.tenant)

	return query.Where("((external_id = ? AND NOT (?)) OR (folded_id = ? AND (?)))",
		externalID, folds, licensing.Fold(externalID), folds)
}

// byKeys restricts a query of users to those whose external ids have the same keys as these. A server of an earlier version
// adds users without a folded id.
func byKeys(query *gorm.DB, matching licensing.ExternalIDMatching, externalIDs []string) *gorm.DB {
	if matching != licensing.MatchFolded {
		return query.Where("external_id IN ?", externalIDs)
	}

	return query.Where("(folded_id IN ? OR (folded_id IS NULL AND external_id IN ?))",
		columns.FoldAll(externalIDs), externalIDs)
}

// matching says how the tenant compares external ids. Read it before users are added, and again afterwards; see
// [Tx.checkMatching].
func (h Handle) matching(ctx context.Context) (licensing.ExternalIDMatching, error) {
	tenant, err := h.Tenant(ctx)

	return tenant.ExternalIDMatching(), err
}

// checkMatching returns an error, after which the transaction runs again, if the tenant compares external ids in another way
// by now. Where this transaction has added a user, it stays as it is: the user's foreign key locks the tenant.
func (tx *Tx) checkMatching(ctx context.Context, assumed licensing.ExternalIDMatching) error {
	matching, err := tx.matching(ctx)
	if err == nil && matching != assumed {
		err = errMatchingChanged
	}

	return err
}

// LockTenantAndUsers is [Tx.LockTenant] that also keeps other transactions from adding users, and waits for those that have.
func (tx *Tx) LockTenantAndUsers(ctx context.Context) (licensing.Tenant, error) {
	query := tx.database.LockRowsAndReferences(tx.db.WithContext(ctx).Where("id = ?", tx.tenant))
	row, err := one[tenantRow](query, "the tenant")

	return row.domain(), err
}

// SameUsers are two users whose external ids have the same folded form.
type SameUsers struct{ ExternalID, Other string }

// Folding says what [Tx.FoldUsers] did.
type Folding struct {
	// Same are the users who got no folded id, since another user has it.
	Same []SameUsers
	// Last is the last user that was looked at.
	Last licensing.ID
	// Done says that there are no more users.
	Done bool
}

// FoldUsers gives a folded id to users of the tenant who have none, in the order of their ids, from the one after a user on.
// It looks at most at limit users.
func (tx *Tx) FoldUsers(ctx context.Context, after licensing.ID, limit int) (Folding, error) {
	var rows []userRow

	query := tx.from(ctx, &userRow{}).Where("folded_id IS NULL AND id > ?", after).Order("id").Limit(limit)
	if err := query.Find(&rows).Error; err != nil {
		return Folding{}, fmt.Errorf("read users without a folded id: %w", err)
	}

	if len(rows) == 0 {
		return Folding{Last: after, Done: true}, nil
	}

	holders, err := tx.holders(ctx, rows)
	if err != nil {
		return Folding{}, err
	}

	did := Folding{Last: rows[len(rows)-1].ID, Done: len(rows) < limit}
	folded := make([]userRow, 0, len(rows))

	for _, row := range rows {
		row.FoldedID = columns.FoldedID(licensing.MatchFolded, row.ExternalID)

		if other, taken := holders[*row.FoldedID]; taken {
			did.Same = append(did.Same, SameUsers{ExternalID: other, Other: row.ExternalID})

			continue
		}

		holders[*row.FoldedID] = row.ExternalID
		folded = append(folded, row)
	}

	return did, tx.updateUsers(ctx, folded, "folded_id")
}

// holders returns the external ids of users that have one of the rows' folded ids already, by folded id.
func (tx *Tx) holders(ctx context.Context, rows []userRow) (map[string]string, error) {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = licensing.Fold(row.ExternalID)
	}

	var found []userRow
	if err := tx.from(ctx, &userRow{}).Where("folded_id IN ?", keys).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read users by folded id: %w", err)
	}

	holders := make(map[string]string, len(rows))
	for _, row := range found {
		holders[*row.FoldedID] = row.ExternalID
	}

	return holders, nil
}
