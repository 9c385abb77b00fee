package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

func (r mutationResolver) ClaimLicense(ctx context.Context, input ClaimLicenseInput) (*ClaimLicensePayload, error) {
	caller := scopeFrom(ctx).caller

	user := caller.UserExternalID
	if input.User != nil {
		user = *input.User
	}

	if !auth.CanClaimFor(caller.Identity, user) {
		return nil, forbidden("You can claim licenses for yourself only. Leave 'user' out.")
	}

	answer, err := r.Claiming.Claim(ctx, caller.TenantID, user, input.App)

	userErrors, failure := refused(err)
	if err != nil {
		return &ClaimLicensePayload{UserErrors: userErrors}, failure
	}

	return claimed(answer), nil
}

func claimed(answer claiming.Answer) *ClaimLicensePayload {
	payload := &ClaimLicensePayload{Outcome: &answer.Outcome, Message: answer.Message, UserErrors: []UserError{}}
	if answer.License != nil {
		payload.License = &License{*answer.License}
	}

	return payload
}

func (r mutationResolver) AssignLicense(ctx context.Context, input AssignLicenseInput) (*AssignLicensePayload, error) {
	user, err := userRef(input.UserID, input.UserExternalID)
	if err != nil {
		return nil, err
	}

	product, err := policyProduct(input.ProductID, input.AppsOff, "")
	if err != nil {
		return nil, err
	}

	license, err := r.Admin.AssignLicense(ctx, scopeFrom(ctx).actor(ctx), user, product.ProductID, product.AppsOff)
	userErrors, failure := refused(err)

	return &AssignLicensePayload{License: ifDone(license, err, newLicense), UserErrors: userErrors}, failure
}

func (r mutationResolver) RemoveLicense(ctx context.Context, input RemoveLicenseInput) (*RemoveLicensePayload, error) {
	id, err := parseID(licensing.KindLicense, input.LicenseID, "licenseId")
	if err != nil {
		return nil, err
	}

	license, err := r.Admin.RemoveLicense(ctx, scopeFrom(ctx).actor(ctx), id, input.BlockAutoClaim)
	userErrors, failure := refused(err)

	return &RemoveLicensePayload{License: ifDone(license, err, newLicense), UserErrors: userErrors}, failure
}

func (r mutationResolver) BlockUser(ctx context.Context, input BlockUserInput) (*BlockUserPayload, error) {
	user, userErrors, err := r.setBlocked(ctx, input.UserID, input.UserExternalID, true)

	return &BlockUserPayload{User: user, UserErrors: userErrors}, err
}

func (r mutationResolver) UnblockUser(ctx context.Context, input UnblockUserInput) (*UnblockUserPayload, error) {
	user, userErrors, err := r.setBlocked(ctx, input.UserID, input.UserExternalID, false)

	return &UnblockUserPayload{User: user, UserErrors: userErrors}, err
}

func (r mutationResolver) setBlocked(
	ctx context.Context, userID, externalID *string, blocked bool,
) (*User, []UserError, error) {
	ref, err := userRef(userID, externalID)
	if err != nil {
		return nil, nil, err
	}

	user, err := r.Admin.SetBlocked(ctx, scopeFrom(ctx).actor(ctx), ref, blocked)
	userErrors, failure := refused(err)

	return ifDone(user, err, newUser), userErrors, failure
}

func (r mutationResolver) CreateSubscription(
	ctx context.Context, input CreateSubscriptionInput,
) (*CreateSubscriptionPayload, error) {
	product, err := parseID(licensing.KindProduct, input.ProductID, "productId")
	if err != nil {
		return nil, err
	}

	subscription, err := r.Admin.CreateSubscription(
		ctx, scopeFrom(ctx).actor(ctx), product, input.Quantity, input.Status)
	userErrors, failure := refused(err)

	return &CreateSubscriptionPayload{
		Subscription: ifDone(subscription, err, newSubscription), UserErrors: userErrors,
	}, failure
}

func (r mutationResolver) UpdateSubscription(
	ctx context.Context, input UpdateSubscriptionInput,
) (*UpdateSubscriptionPayload, error) {
	id, err := parseID(licensing.KindSubscription, input.SubscriptionID, "subscriptionId")
	if err != nil {
		return nil, err
	}

	subscription, err := r.Admin.UpdateSubscription(ctx, scopeFrom(ctx).actor(ctx), id,
		admin.SubscriptionUpdate{Quantity: input.Quantity, Status: input.Status})
	userErrors, failure := refused(err)

	return &UpdateSubscriptionPayload{
		Subscription: ifDone(subscription, err, newSubscription), UserErrors: userErrors,
	}, failure
}

func userRef(id, externalID *string) (admin.UserRef, error) {
	parsed, err := parseOptionalID(licensing.KindUser, id, "userId")

	return admin.UserRef{ID: parsed, ExternalID: externalID}, err
}

// ifDone wraps the object of an action that was not refused.
func ifDone[T, N any](object T, err error, node func(T) N) *N {
	if err != nil {
		return nil
	}

	wrapped := node(object)

	return &wrapped
}
