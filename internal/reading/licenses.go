package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

// LicenseFilter restricts a list of licenses; a nil field restricts nothing.
type LicenseFilter = store.LicenseFilter

// Licenses lists licenses, newest first.
func (t *Tenant) Licenses(filter LicenseFilter) paging.List[licensing.License] {
	return t.data.Licenses(filter)
}

// LicensesOf lists the licenses of the user with this external id, newest first: the active ones, the
// removed ones, or all where active is nil. A user whom the tenant does not know has none.
func (t *Tenant) LicensesOf(
	ctx context.Context, externalID string, active *bool,
) (paging.List[licensing.License], error) {
	user, err := t.data.UserByExternalID(ctx, externalID)
	if licensing.IsNotFound(err) {
		return paging.ListOf(nil, func(licensing.License) paging.Cursor { return paging.Cursor{} }), nil
	}

	if err != nil {
		return paging.List[licensing.License]{}, err
	}

	return t.data.Licenses(LicenseFilter{UserID: &user.ID, Active: active}), nil
}

// LicensesByID returns those of the licenses that exist, in no order.
func (t *Tenant) LicensesByID(ctx context.Context, ids []licensing.ID) ([]licensing.License, error) {
	return t.data.LicensesByID(ctx, ids)
}
