package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// LicenseFilter restricts a list of licenses; a nil field restricts nothing.
type LicenseFilter struct {
	UserID    *licensing.ID
	ProductID *licensing.ID
	PolicyID  *licensing.ID
	Source    *licensing.Source
	// Active is true for active licenses only, and false for removed ones only.
	Active *bool
}

// Licenses lists licenses, newest first.
func (h Handle) Licenses(filter LicenseFilter) paging.List[licensing.License] {
	return lazyList[licenseRow](func(ctx context.Context) *gorm.DB {
		query := h.from(ctx, &licenseRow{})
		query = whereEqual(query, "user_id", filter.UserID)
		query = whereEqual(query, "product_id", filter.ProductID)
		query = whereEqual(query, "policy_id", filter.PolicyID)
		query = whereEqual(query, "source", filter.Source)

		switch {
		case filter.Active == nil:
		case *filter.Active:
			query = query.Where("removed_at IS NULL")
		default:
			query = query.Where("removed_at IS NOT NULL")
		}

		return query
	}, byNewest(), func(l licensing.License) paging.Cursor { return paging.Cursor{ID: l.ID} })
}

// License returns a license, or [licensing.ErrNotFound].
func (h Handle) License(ctx context.Context, id licensing.ID) (licensing.License, error) {
	row, err := one[licenseRow](h.from(ctx, &licenseRow{}).Where("id = ?", id), "the license")

	return row.domain(), err
}

// LicensesByID returns the licenses with these ids, in no particular order. Unknown ids are ignored.
func (h Handle) LicensesByID(ctx context.Context, ids []licensing.ID) ([]licensing.License, error) {
	return all[licenseRow](h.from(ctx, &licenseRow{}).Where(h.anyOf("id", ids)), "licenses")
}

// ActiveLicenses returns the users' active licenses by user id, oldest first.
func (h Handle) ActiveLicenses(ctx context.Context, users []licensing.ID) (map[licensing.ID][]licensing.License, error) {
	query := h.from(ctx, &licenseRow{}).Where(h.anyOf("user_id", users)).Where("removed_at IS NULL")

	found, err := all[licenseRow](query.Order("assigned_at, id"), "active licenses")
	if err != nil {
		return nil, err
	}

	byUser := make(map[licensing.ID][]licensing.License, len(users))
	for _, license := range found {
		byUser[license.UserID] = append(byUser[license.UserID], license)
	}

	return byUser, nil
}

// InsertLicenses adds licenses. Their users and pools must be locked, and the pools must count them; see
// [Tx.AddToPool].
func (tx *Tx) InsertLicenses(ctx context.Context, licenses ...licensing.License) error {
	rows := make([]licenseRow, len(licenses))
	for i, license := range licenses {
		rows[i] = newLicenseRow(tx.tenant, license)
	}

	return insert(ctx, tx, rows...)
}

// SaveRemoval stores when a license was removed. Its user must be locked, and its pool must no longer count it; see
// [Tx.AddToPool].
func (tx *Tx) SaveRemoval(ctx context.Context, license licensing.License) error {
	err := tx.from(ctx, &licenseRow{}).Where("id = ?", license.ID).Update("removed_at", license.RemovedAt).Error
	if err != nil {
		return fmt.Errorf("save the removal of the license: %w", err)
	}

	return nil
}
