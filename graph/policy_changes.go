package graph

import (
	"context"
	"fmt"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

func (r mutationResolver) CreatePolicy(ctx context.Context, input model.CreatePolicyInput) (*model.CreatePolicyPayload, error) {
	app, err := ParseID(licensing.KindApp, input.AppID, "appId")
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
	userErrors, failure := splitRefusal(err)

	return &model.CreatePolicyPayload{
		Policy: unlessRefused(policy, err, model.NewPolicy), UserErrors: userErrors,
	}, failure
}

func policyProducts(inputs []model.PolicyProductInput) ([]licensing.PolicyProduct, error) {
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
	if product.ProductID, err = ParseID(licensing.KindProduct, productID, path+"productId"); err != nil {
		return product, err
	}

	product.AppsOff, err = parseIDs(licensing.KindApp, appsOff, path+"appsOff")

	return product, err
}

// runPolicyAction calls an admin action on the policy that an input names. It returns the policy as it is after the
// action, or nil if it does not exist, and the refusal as user errors.
func runPolicyAction(
	ctx context.Context, policyID string, version *int,
	act func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error),
) (*model.Policy, []model.UserError, error) {
	id, err := ParseID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, nil, err
	}

	policy, err := act(scopeFrom(ctx).actor(ctx), admin.PolicyRef{ID: id, Version: version})

	userErrors, err := splitRefusal(err)
	if err != nil || policy.ID == (licensing.ID{}) {
		return nil, userErrors, err
	}

	return &model.Policy{Policy: policy}, userErrors, nil
}

func (r mutationResolver) UpdatePolicy(ctx context.Context, input model.UpdatePolicyInput) (*model.UpdatePolicyPayload, error) {
	update := licensing.PolicyUpdate{Name: input.Name, Enabled: input.Enabled}

	if input.Products != nil {
		products, err := policyProducts(input.Products)
		if err != nil {
			return nil, err
		}

		update.Products = products
	}

	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.UpdatePolicy(ctx, actor, ref, update)
		})

	return &model.UpdatePolicyPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) SetPolicyEnabled(
	ctx context.Context, input model.SetPolicyEnabledInput,
) (*model.SetPolicyEnabledPayload, error) {
	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.SetPolicyEnabled(ctx, actor, ref, input.Enabled)
		})

	return &model.SetPolicyEnabledPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) RenamePolicy(ctx context.Context, input model.RenamePolicyInput) (*model.RenamePolicyPayload, error) {
	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.RenamePolicy(ctx, actor, ref, input.Name)
		})

	return &model.RenamePolicyPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) AddBackupProduct(
	ctx context.Context, input model.AddBackupProductInput,
) (*model.AddBackupProductPayload, error) {
	product, err := policyProduct(input.ProductID, input.AppsOff, "")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.AddBackupProduct(ctx, actor, ref, product)
		})

	return &model.AddBackupProductPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) RemovePolicyProduct(
	ctx context.Context, input model.RemovePolicyProductInput,
) (*model.RemovePolicyProductPayload, error) {
	product, err := ParseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.RemovePolicyProduct(ctx, actor, ref, product)
		})

	return &model.RemovePolicyProductPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) MovePolicyProduct(
	ctx context.Context, input model.MovePolicyProductInput,
) (*model.MovePolicyProductPayload, error) {
	product, err := ParseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.MovePolicyProduct(ctx, actor, ref, product, input.Direction)
		})

	return &model.MovePolicyProductPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) ReorderPolicyProducts(
	ctx context.Context, input model.ReorderPolicyProductsInput,
) (*model.ReorderPolicyProductsPayload, error) {
	order, err := parseIDs(licensing.KindProduct, input.ProductIds, "productIds")
	if err != nil {
		return nil, err
	}

	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.ReorderPolicyProducts(ctx, actor, ref, order)
		})

	return &model.ReorderPolicyProductsPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) SetAppToggles(ctx context.Context, input model.SetAppTogglesInput) (*model.SetAppTogglesPayload, error) {
	changes := make([]licensing.ToggleChange, len(input.Toggles))

	for i, toggle := range input.Toggles {
		app, err := ParseID(licensing.KindApp, toggle.AppID, fmt.Sprintf("toggles.%d.appId", i))
		if err != nil {
			return nil, err
		}

		product, err := parseOptionalID(licensing.KindProduct, toggle.ProductID, fmt.Sprintf("toggles.%d.productId", i))
		if err != nil {
			return nil, err
		}

		changes[i] = licensing.ToggleChange{ProductID: product, AppID: app, On: toggle.On}
	}

	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.SetAppToggles(ctx, actor, ref, changes)
		})

	return &model.SetAppTogglesPayload{Policy: policy, UserErrors: userErrors}, err
}

func (r mutationResolver) DeletePolicy(ctx context.Context, input model.DeletePolicyInput) (*model.DeletePolicyPayload, error) {
	policy, userErrors, err := runPolicyAction(ctx, input.PolicyID, input.Version,
		func(actor admin.Actor, ref admin.PolicyRef) (licensing.Policy, error) {
			return r.Admin.DeletePolicy(ctx, actor, ref)
		})

	return &model.DeletePolicyPayload{Policy: policy, UserErrors: userErrors}, err
}
