package graph

import (
	"context"
	"fmt"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

type mutationResolver struct{ *Resolver }

// Mutation implements [ResolverRoot].
func (r *Resolver) Mutation() MutationResolver { return mutationResolver{r} }

func (r mutationResolver) SetAutoClaimEnabled(
	ctx context.Context, input SetAutoClaimEnabledInput,
) (*SetAutoClaimEnabledPayload, error) {
	enabled, err := r.Admin.SetAutoClaimEnabled(ctx, scopeFrom(ctx).actor(ctx), input.Enabled)
	userErrors, err := refused(err)

	return &SetAutoClaimEnabledPayload{Settings: &Settings{AutoClaimEnabled: enabled}, UserErrors: userErrors}, err
}

func (r mutationResolver) CreatePolicy(ctx context.Context, input CreatePolicyInput) (*CreatePolicyPayload, error) {
	app, err := parseID(licensing.KindApp, input.AppID, "appId")
	if err != nil {
		return nil, err
	}

	products, err := policyProducts(input.Products)
	if err != nil {
		return nil, err
	}

	policy, err := r.Admin.CreatePolicy(ctx, scopeFrom(ctx).actor(ctx), licensing.PolicyDraft{
		Name: input.Name, AppID: app, Enabled: input.Enabled, Products: products,
	})
	userErrors, failure := refused(err)
	payload := &CreatePolicyPayload{UserErrors: userErrors}

	if err == nil {
		payload.Policy = &Policy{policy}
	}

	return payload, failure
}

func policyProducts(inputs []PolicyProductInput) ([]licensing.PolicyProduct, error) {
	products := make([]licensing.PolicyProduct, len(inputs))

	for i, input := range inputs {
		product, err := policyProduct(input.ProductID, input.AppsOff, fmt.Sprintf("products.%d.", i))
		if err != nil {
			return nil, err
		}

		products[i] = product
	}

	return products, nil
}

func policyProduct(productID string, appsOff []string, path string) (product licensing.PolicyProduct, err error) {
	if product.ProductID, err = parseID(licensing.KindProduct, productID, path+"productId"); err != nil {
		return product, err
	}

	product.AppsOff, err = parseIDs(licensing.KindApp, appsOff, path+"appsOff")

	return product, err
}

// changePolicy calls an admin action on a policy, and returns the policy as it is afterwards, if there
// is one, with the reasons of a refusal.
func changePolicy(
	ctx context.Context, policyID string, version *int,
	act func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error),
) (*Policy, []UserError, error) {
	id, err := parseID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, nil, err
	}

	policy, err := act(scopeFrom(ctx).actor(ctx), admin.PolicyRef{ID: id, Version: version})

	userErrors, err := refused(err)
	if err != nil || policy.ID == (licensing.ID{}) {
		return nil, userErrors, err
	}

	return &Policy{policy}, userErrors, nil
}

func (r mutationResolver) UpdatePolicy(ctx context.Context, input UpdatePolicyInput) (*UpdatePolicyPayload, error) {
	update := licensing.PolicyUpdate{Name: input.Name, Enabled: input.Enabled}

	if input.Products != nil {
		products, err := policyProducts(input.Products)
		if err != nil {
			return nil, err
		}

		update.Products = products
	}

	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.UpdatePolicy(ctx, actor, ref, update)
		})

	return &UpdatePolicyPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) SetPolicyEnabled(
	ctx context.Context, input SetPolicyEnabledInput,
) (*SetPolicyEnabledPayload, error) {
	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.SetPolicyEnabled(ctx, actor, ref, input.Enabled)
		})

	return &SetPolicyEnabledPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) RenamePolicy(ctx context.Context, input RenamePolicyInput) (*RenamePolicyPayload, error) {
	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.RenamePolicy(ctx, actor, ref, input.Name)
		})

	return &RenamePolicyPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) AddBackupProduct(
	ctx context.Context, input AddBackupProductInput,
) (*AddBackupProductPayload, error) {
	product, err := policyProduct(input.ProductID, input.AppsOff, "")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.AddBackupProduct(ctx, actor, ref, product)
		})

	return &AddBackupProductPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) RemovePolicyProduct(
	ctx context.Context, input RemovePolicyProductInput,
) (*RemovePolicyProductPayload, error) {
	product, err := parseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.RemovePolicyProduct(ctx, actor, ref, product)
		})

	return &RemovePolicyProductPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) MovePolicyProduct(
	ctx context.Context, input MovePolicyProductInput,
) (*MovePolicyProductPayload, error) {
	product, err := parseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.MovePolicyProduct(ctx, actor, ref, product, input.Direction)
		})

	return &MovePolicyProductPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) ReorderPolicyProducts(
	ctx context.Context, input ReorderPolicyProductsInput,
) (*ReorderPolicyProductsPayload, error) {
	order, err := parseIDs(licensing.KindProduct, input.ProductIds, "productIds")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.ReorderPolicyProducts(ctx, actor, ref, order)
		})

	return &ReorderPolicyProductsPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) SetAppToggles(ctx context.Context, input SetAppTogglesInput) (*SetAppTogglesPayload, error) {
	changes := make([]licensing.ToggleChange, len(input.Toggles))

	for i, toggle := range input.Toggles {
		app, err := parseID(licensing.KindApp, toggle.AppID, fmt.Sprintf("toggles.%d.appId", i))
		if err != nil {
			return nil, err
		}

		product, err := parseOptionalID(licensing.KindProduct, toggle.ProductID, fmt.Sprintf("toggles.%d.productId", i))
		if err != nil {
			return nil, err
		}

		changes[i] = licensing.ToggleChange{ProductID: product, AppID: app, On: toggle.On}
	}

	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.SetAppToggles(ctx, actor, ref, changes)
		})

	return &SetAppTogglesPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) DeletePolicy(ctx context.Context, input DeletePolicyInput) (*DeletePolicyPayload, error) {
	policy, userErrors, err := changePolicy(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.DeletePolicy(ctx, actor, ref)
		})

	return &DeletePolicyPayload{Policy: policy, UserErrors: userErrors}, err
}
