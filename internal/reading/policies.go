package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

// Policies lists the policies by name, without deleted ones.
func (t *Tenant) Policies(ctx context.Context) (paging.List[licensing.Policy], error) {
	policies, err := t.data.Policies(ctx)
	if err != nil {
		return paging.List[licensing.Policy]{}, err
	}

	return paging.ListOf(policies, func(p licensing.Policy) paging.Cursor {
		return paging.Cursor{Key: licensing.Fold(p.Name), ID: p.ID}
	}), nil
}

// Policy returns a policy, which may be a deleted one, or [licensing.ErrNotFound].
func (t *Tenant) Policy(ctx context.Context, id licensing.ID) (licensing.Policy, error) {
	return t.data.Policy(ctx, id)
}

// PoliciesByID returns those of the policies that exist, deleted ones included, in no order.
func (t *Tenant) PoliciesByID(ctx context.Context, ids []licensing.ID) ([]licensing.Policy, error) {
	return t.data.PoliciesByID(ctx, ids)
}

// AppToggles lists the toggles of one product of a policy, or of all its products where product is nil, by
// the apps' names. The list is empty if there is no such policy, or if it does not have the product.
func (t *Tenant) AppToggles(
	ctx context.Context, policyID licensing.ID, product *licensing.ID,
) ([]licensing.AppToggle, error) {
	policy, err := t.data.Policy(ctx, policyID)
	if licensing.IsNotFound(err) {
		return nil, nil
	}

	if err != nil {
		return nil, err
	}

	return t.AppTogglesOf(ctx, policy, product)
}

// AppTogglesOf is [Tenant.AppToggles] for a policy that has been read already.
func (t *Tenant) AppTogglesOf(
	ctx context.Context, policy licensing.Policy, product *licensing.ID,
) ([]licensing.AppToggle, error) {
	catalog, err := t.Catalog(ctx)
	if err != nil {
		return nil, err
	}

	toggles, err := policy.AppToggles(catalog, product)
	if _, notInPolicy := licensing.AsRefusal(err); notInPolicy {
		return nil, nil
	}

	return toggles, err
}
