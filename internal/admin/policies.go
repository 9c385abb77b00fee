package admin

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// PolicyRef names a policy and, if Version is not nil, the version that the admin has seen. A change of another
// version is refused with CONFLICT.
type PolicyRef struct {
	ID      licensing.ID
	Version *int
}

// CreatePolicy makes a policy.
func (s *Service) CreatePolicy(
	ctx context.Context, actor Actor, draft licensing.PolicyDraft,
) (licensing.Policy, error) {
	return act(ctx, s, actor, "createPolicy", func(a *action) (licensing.Policy, error) {
		tenant, err := a.LockTenant(ctx)
		if err != nil {
			return licensing.Policy{}, err
		}

		terms, err := a.productTerms(ctx, draft.Products...)
		if err != nil {
			return licensing.Policy{}, err
		}

		others, err := a.OtherPolicies(ctx, licensing.ID{})
		if err != nil {
			return licensing.Policy{}, err
		}

		policy, err := licensing.NewPolicy(draft, tenant.AutoClaimEnabled, others, terms, a.at)
		if err != nil {
			return licensing.Policy{}, err
		}

		if err := a.InsertPolicy(ctx, policy); err != nil {
			return licensing.Policy{}, err
		}

		return policy, a.record(ctx, licensing.KindPolicy, policy.ID, nil, policy)
	})
}

// UpdatePolicy makes all changes of the update, or none.
func (s *Service) UpdatePolicy(
	ctx context.Context, actor Actor, ref PolicyRef, update licensing.PolicyUpdate,
) (licensing.Policy, error) {
	return s.updatePolicyAs(ctx, actor, "updatePolicy", ref, update)
}

// SetPolicyEnabled turns a policy on or off.
func (s *Service) SetPolicyEnabled(
	ctx context.Context, actor Actor, ref PolicyRef, enabled bool,
) (licensing.Policy, error) {
	return s.updatePolicyAs(ctx, actor, "setPolicyEnabled", ref, licensing.PolicyUpdate{Enabled: &enabled})
}

// RenamePolicy gives a policy another name.
func (s *Service) RenamePolicy(ctx context.Context, actor Actor, ref PolicyRef, name string) (licensing.Policy, error) {
	return s.updatePolicyAs(ctx, actor, "renamePolicy", ref, licensing.PolicyUpdate{Name: &name})
}

// updatePolicyAs applies an update under the name of a mutation. It reads only what the rules for the update need.
func (s *Service) updatePolicyAs(
	ctx context.Context, actor Actor, mutation string, ref PolicyRef, update licensing.PolicyUpdate,
) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, mutation, ref, func(a *action, p *licensing.Policy) (err error) {
		var (
			others []licensing.OtherPolicy
			terms  licensing.ProductTerms
		)

		if update.Name != nil {
			if others, err = a.OtherPolicies(ctx, p.ID); err != nil {
				return err
			}
		}

		if update.Products != nil {
			if terms, err = a.productTerms(ctx, update.Products...); err != nil {
				return err
			}
		}

		return p.Update(update, others, terms)
	})
}

// AddBackupProduct adds a product after the policy's others.
func (s *Service) AddBackupProduct(
	ctx context.Context, actor Actor, ref PolicyRef, product licensing.PolicyProduct,
) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, "addBackupProduct", ref, func(a *action, p *licensing.Policy) error {
		terms, err := a.productTerms(ctx, product)
		if err != nil {
			return err
		}

		return p.AddBackup(product, terms)
	})
}

// RemovePolicyProduct takes a product out of a policy.
func (s *Service) RemovePolicyProduct(
	ctx context.Context, actor Actor, ref PolicyRef, product licensing.ID,
) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, "removePolicyProduct", ref, func(_ *action, p *licensing.Policy) error {
		return p.RemoveProduct(product)
	})
}

// MovePolicyProduct moves a product of a policy by one place.
func (s *Service) MovePolicyProduct(
	ctx context.Context, actor Actor, ref PolicyRef, product licensing.ID, direction licensing.Direction,
) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, "movePolicyProduct", ref, func(_ *action, p *licensing.Policy) error {
		return p.MoveProduct(product, direction)
	})
}

// ReorderPolicyProducts gives the whole order of a policy's products.
func (s *Service) ReorderPolicyProducts(
	ctx context.Context, actor Actor, ref PolicyRef, order []licensing.ID,
) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, "reorderPolicyProducts", ref, func(_ *action, p *licensing.Policy) error {
		return p.ReorderProducts(order)
	})
}

// SetAppToggles turns apps on or off in a policy's products.
func (s *Service) SetAppToggles(
	ctx context.Context, actor Actor, ref PolicyRef, changes []licensing.ToggleChange,
) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, "setAppToggles", ref, func(a *action, p *licensing.Policy) error {
		catalog, err := a.Catalog(ctx)
		if err != nil {
			return err
		}

		return p.SetAppToggles(changes, catalog)
	})
}

// DeletePolicy deletes a policy. Reports still show it.
func (s *Service) DeletePolicy(ctx context.Context, actor Actor, ref PolicyRef) (licensing.Policy, error) {
	return s.editPolicy(ctx, actor, "deletePolicy", ref, func(a *action, p *licensing.Policy) error {
		p.DeletedAt = &a.at

		return nil
	})
}

// editPolicy applies an edit to a policy that is not deleted, and returns the policy as it is afterwards. With a
// refusal, such as CONFLICT, it returns the policy as it is; with NOT_FOUND, the zero policy.
func (s *Service) editPolicy(
	ctx context.Context, actor Actor, mutation string, ref PolicyRef, edit func(a *action, p *licensing.Policy) error,
) (licensing.Policy, error) {
	return act(ctx, s, actor, mutation, func(a *action) (licensing.Policy, error) {
		// Changes of a tenant's policies run one after the other, so that rules about several of them hold.
		if _, err := a.LockTenant(ctx); err != nil {
			return licensing.Policy{}, err
		}

		before, err := a.Policy(ctx, ref.ID)
		if err == nil && before.DeletedAt != nil {
			err = licensing.ErrNotFound
		}

		if err != nil {
			return licensing.Policy{}, notFoundAs("policyId", licensing.KindPolicy, err)
		}

		if err := before.CheckVersion(ref.Version); err != nil {
			return before, err
		}

		after := before.Clone()
		if err := edit(a, &after); err != nil || after.SameAs(before) {
			return before, err
		}

		after.Version++
		after.UpdatedAt = a.at

		if err := a.SavePolicy(ctx, before, after); err != nil {
			return before, err
		}

		return after, a.record(ctx, licensing.KindPolicy, after.ID, before, after)
	})
}

// productTerms are what the rules for these products of a policy need.
func (a *action) productTerms(
	ctx context.Context, products ...licensing.PolicyProduct,
) (licensing.ProductTerms, error) {
	catalog, err := a.Catalog(ctx)
	if err != nil {
		return licensing.ProductTerms{}, err
	}

	ids := make([]licensing.ID, len(products))
	for i, product := range products {
		ids[i] = product.ProductID
	}

	pools, err := a.PoolsOf(ctx, ids)

	return licensing.ProductTerms{Catalog: catalog, Pools: pools}, err
}
