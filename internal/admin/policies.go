package admin

import (
	"context"
	"slices"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// PolicyRef names a policy and, if Version is not nil, the version that the admin saw.
type PolicyRef struct {
	ID      licensing.ID
	Version *int
}

// PolicyUpdate is what a details pane saves; what is nil stays as it is.
type PolicyUpdate struct {
	Name    *string
	Enabled *bool
	// Products is the whole new list, unless it is nil.
	Products []licensing.PolicyProduct
}

// CreatePolicy makes a policy.
func (s *Service) CreatePolicy(
	ctx context.Context, actor Actor, draft licensing.PolicyDraft,
) (policy licensing.Policy, err error) {
	err = s.act(ctx, actor, "createPolicy", func(a *action) error {
		tenant, err := a.LockTenant(ctx)
		if err != nil {
			return err
		}

		terms, err := a.terms(ctx, licensing.ID{})
		if err != nil {
			return err
		}

		policy, err = licensing.NewPolicy(draft, tenant.AutoClaimEnabled, terms, a.at)
		if err != nil {
			return err
		}

		if err := a.InsertPolicy(ctx, policy); err != nil {
			return err
		}

		return a.record(ctx, licensing.KindPolicy, policy.ID, nil, policy)
	})

	return policy, err
}

// UpdatePolicy changes name, switch and products at once, all or nothing.
func (s *Service) UpdatePolicy(
	ctx context.Context, actor Actor, ref PolicyRef, update PolicyUpdate,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "updatePolicy", ref, func(p *licensing.Policy, terms licensing.Terms) error {
		if update.Name != nil {
			if err := p.Rename(*update.Name, terms); err != nil {
				return err
			}
		}

		if update.Enabled != nil {
			p.Enabled = *update.Enabled
		}

		if update.Products != nil {
			return p.SetProducts(update.Products, terms)
		}

		return nil
	})
}

// SetPolicyEnabled turns a policy on or off.
func (s *Service) SetPolicyEnabled(
	ctx context.Context, actor Actor, ref PolicyRef, enabled bool,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "setPolicyEnabled", ref, func(p *licensing.Policy, _ licensing.Terms) error {
		p.Enabled = enabled

		return nil
	})
}

// RenamePolicy gives a policy another name.
func (s *Service) RenamePolicy(ctx context.Context, actor Actor, ref PolicyRef, name string) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "renamePolicy", ref, func(p *licensing.Policy, terms licensing.Terms) error {
		return p.Rename(name, terms)
	})
}

// AddBackupProduct adds a product behind the policy's others.
func (s *Service) AddBackupProduct(
	ctx context.Context, actor Actor, ref PolicyRef, product licensing.PolicyProduct,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "addBackupProduct", ref, func(p *licensing.Policy, terms licensing.Terms) error {
		return p.AddBackup(product, terms)
	})
}

// RemovePolicyProduct takes a product out of a policy.
func (s *Service) RemovePolicyProduct(
	ctx context.Context, actor Actor, ref PolicyRef, product licensing.ID,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "removePolicyProduct", ref, func(p *licensing.Policy, _ licensing.Terms) error {
		return p.RemoveProduct(product)
	})
}

// MovePolicyProduct moves a product of a policy by one place.
func (s *Service) MovePolicyProduct(
	ctx context.Context, actor Actor, ref PolicyRef, product licensing.ID, direction licensing.Direction,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "movePolicyProduct", ref, func(p *licensing.Policy, _ licensing.Terms) error {
		return p.MoveProduct(product, direction)
	})
}

// ReorderPolicyProducts gives the whole order of a policy's products.
func (s *Service) ReorderPolicyProducts(
	ctx context.Context, actor Actor, ref PolicyRef, order []licensing.ID,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "reorderPolicyProducts", ref,
		func(p *licensing.Policy, _ licensing.Terms) error { return p.ReorderProducts(order) })
}

// SetAppToggles turns apps on or off in a policy's products.
func (s *Service) SetAppToggles(
	ctx context.Context, actor Actor, ref PolicyRef, changes []licensing.ToggleChange,
) (licensing.Policy, error) {
	return s.changePolicy(ctx, actor, "setAppToggles", ref, func(p *licensing.Policy, terms licensing.Terms) error {
		return p.SetAppToggles(changes, terms.Catalog)
	})
}

// DeletePolicy deletes a policy. Reports go on naming it.
func (s *Service) DeletePolicy(ctx context.Context, actor Actor, ref PolicyRef) (licensing.Policy, error) {
	at := licensing.Instant(s.now())

	return s.changePolicy(ctx, actor, "deletePolicy", ref, func(p *licensing.Policy, _ licensing.Terms) error {
		p.DeletedAt = &at

		return nil
	})
}

// changePolicy applies a change to a live policy and returns the policy as it is then. With a refusal,
// such as a CONFLICT, it returns the policy as it is; the zero policy if there is none.
func (s *Service) changePolicy(
	ctx context.Context, actor Actor, name string, ref PolicyRef,
	change func(p *licensing.Policy, terms licensing.Terms) error,
) (policy licensing.Policy, err error) {
	err = s.act(ctx, actor, name, func(a *action) error {
		// The tenant's policies are changed one after the other, so that rules about several of them hold.
		if _, err := a.LockTenant(ctx); err != nil {
			return err
		}

		policy, err = found(a.Policy(ctx, ref.ID))("policyId", licensing.KindPolicy)
		if err != nil {
			return err
		}

		if policy.DeletedAt != nil {
			policy = licensing.Policy{}

			return licensing.NotFound("policyId", string(licensing.KindPolicy))
		}

		if err := policy.CheckVersion(ref.Version); err != nil {
			return err
		}

		terms, err := a.terms(ctx, policy.ID)
		if err != nil {
			return err
		}

		changed := policy.Clone()
		if err := change(&changed, terms); err != nil || changed.SameAs(policy) {
			return err
		}

		changed.Version++
		changed.UpdatedAt = a.at

		if err := a.SavePolicy(ctx, changed); err != nil {
			return err
		}

		before := policy
		policy = changed

		return a.record(ctx, licensing.KindPolicy, policy.ID, before, policy)
	})

	return policy, err
}

// terms are what the rules of policies need; except is the policy that is being changed.
func (a *action) terms(ctx context.Context, except licensing.ID) (licensing.Terms, error) {
	catalog, err := a.Catalog(ctx)
	if err != nil {
		return licensing.Terms{}, err
	}

	pools, err := a.Pools(ctx)
	if err != nil {
		return licensing.Terms{}, err
	}

	policies, err := a.Policies(ctx)
	if err != nil {
		return licensing.Terms{}, err
	}

	policies = slices.DeleteFunc(policies, func(p licensing.Policy) bool { return p.ID == except })

	return licensing.Terms{Catalog: catalog, Pools: pools, OtherPolicies: policies}, nil
}
