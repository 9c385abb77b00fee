package graph

import (
	"cmp"
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
)

func (r mutationResolver) ClaimLicense(
	ctx context.Context, input model.ClaimLicenseInput,
) (*model.ClaimLicensePayload, error) {
	caller := scopeFrom(ctx).caller

	person, err := claimant(ctx, caller.Identity, input)
	if err != nil {
		return nil, err
	}

	answer, err := r.Claiming.ClaimFor(ctx, caller.TenantID, person, input.App)
	userErrors, failure := splitRefusal(err)

	if err != nil {
		return &model.ClaimLicensePayload{UserErrors: userErrors}, failure
	}

	payload := &model.ClaimLicensePayload{Outcome: &answer.Outcome, Message: answer.Message, UserErrors: userErrors}
	if answer.License != nil {
		payload.License = &model.License{License: *answer.License, LoadedProduct: answer.Product}
	}

	return payload, nil
}

// claimant returns the user for whom an input claims a license, or refuses a caller who may not claim for that user. A token
// names its bearer; names of other users count only from callers who may claim for them.
func claimant(ctx context.Context, caller auth.Identity, input model.ClaimLicenseInput) (licensing.Person, error) {
	person := licensing.Person{ExternalID: caller.UserExternalID, DisplayName: caller.DisplayName, Email: caller.Email}

	if input.User != nil && *input.User != caller.UserExternalID {
		self, err := isSelf(ctx, caller, *input.User)
		if err != nil {
			return person, err
		}

		if !self && !auth.CanClaimForOthers(caller) {
			return person, apierror.Forbidden("You can claim licenses for yourself only. Leave 'user' out.%s", caller.RoleHint())
		}

		if person.ExternalID = *input.User; !self {
			person.DisplayName, person.Email = "", ""
		}
	}

	if auth.CanClaimForOthers(caller) {
		person.DisplayName = cmp.Or(orEmpty(input.DisplayName), person.DisplayName)
		person.Email = cmp.Or(orEmpty(input.Email), person.Email)
	}

	return person, nil
}

// isSelf says whether an external id that is written in another way than the caller's is the caller's, as the tenant compares
// external ids.
func isSelf(ctx context.Context, caller auth.Identity, externalID string) (bool, error) {
	if auth.CanClaimForOthers(caller) || licensing.Fold(externalID) != licensing.Fold(caller.UserExternalID) {
		return false, nil
	}

	settings, err := scopeFrom(ctx).reads.Settings(ctx)

	return settings.ExternalIDMatching == licensing.MatchFolded, err
}

func (r subscriptionResolver) LicenseClaimed(ctx context.Context, policyID *string) (<-chan *model.Claim, error) {
	only, err := parseOptionalID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, err
	}

	reads := scopeFrom(ctx).reads

	return stream(ctx, r.Resolver, func(ctx context.Context, change livefeed.Change) ([]*model.Claim, error) {
		var ids []licensing.ID

		for policy, claims := range change.Claims {
			if only == nil || *only == policy {
				ids = append(ids, claims...)
			}
		}

		if len(ids) == 0 {
			return nil, nil
		}

		claims, err := reads.ClaimsByID(ctx, ids)

		return model.Convert(claims, func(c licensing.Claim) *model.Claim { return &model.Claim{Claim: c} }), err
	})
}

type claimResolver struct{}

// Claim implements [generated.ResolverRoot].
func (r *Resolver) Claim() generated.ClaimResolver { return claimResolver{} }

func (claimResolver) User(ctx context.Context, claim *model.Claim) (*model.User, error) {
	return related(ctx, claim.UserID, scopeFrom(ctx).loaders().users.Load, model.NewUser)
}

func (claimResolver) Policy(ctx context.Context, claim *model.Claim) (*model.Policy, error) {
	return related(ctx, claim.PolicyID, scopeFrom(ctx).loaders().policies.Load, model.NewPolicy)
}

func (claimResolver) App(ctx context.Context, claim *model.Claim) (*model.App, error) {
	return related(ctx, claim.AppID, scopeFrom(ctx).reads.App, model.NewApp)
}

func (claimResolver) Product(ctx context.Context, claim *model.Claim) (*model.Product, error) {
	return related(ctx, claim.ProductID, scopeFrom(ctx).reads.Product, model.NewProduct)
}

func (claimResolver) License(ctx context.Context, claim *model.Claim) (*model.License, error) {
	return related(ctx, claim.LicenseID, scopeFrom(ctx).loaders().licenses.Load, model.NewLicense)
}

type missedClaimResolver struct{}

// MissedClaim implements [generated.ResolverRoot].
func (r *Resolver) MissedClaim() generated.MissedClaimResolver { return missedClaimResolver{} }

func (missedClaimResolver) User(ctx context.Context, missed *model.MissedClaim) (*model.User, error) {
	return related(ctx, missed.UserID, scopeFrom(ctx).loaders().users.Load, model.NewUser)
}

func (missedClaimResolver) Policy(ctx context.Context, missed *model.MissedClaim) (*model.Policy, error) {
	return related(ctx, missed.PolicyID, scopeFrom(ctx).loaders().policies.Load, model.NewPolicy)
}
