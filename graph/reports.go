package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/generated"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

func (r queryResolver) ClaimReport(
	ctx context.Context, period licensing.Period, policyID *string,
) (*model.ClaimReport, error) {
	policy, err := parseOptionalID(licensing.KindPolicy, policyID, "policyId")
	if err != nil {
		return nil, err
	}

	report, err := r.Reporting.ClaimReport(ctx, scopeFrom(ctx).caller.TenantID, period, policy)
	if err != nil {
		return nil, err
	}

	return model.NewClaimReport(report, r.PublicPath), nil
}

type claimReportResolver struct{}

// ClaimReport implements [generated.ResolverRoot].
func (r *Resolver) ClaimReport() generated.ClaimReportResolver { return claimReportResolver{} }

func (claimReportResolver) Claims(
	ctx context.Context, report *model.ClaimReport,
	text *string, first *int, after *string, last *int, before *string,
) (*model.ClaimConnection, error) {
	claims := report.Searched(orEmpty(text)).Claims()

	return connect(ctx, claims, pageArgs{first, after, last, before}, model.NewClaim)
}

func (claimReportResolver) MissedClaims(
	ctx context.Context, report *model.ClaimReport,
	text *string, first *int, after *string, last *int, before *string,
) (*model.MissedClaimConnection, error) {
	missed := report.Searched(orEmpty(text)).MissedClaims()

	return connect(ctx, missed, pageArgs{first, after, last, before}, model.NewMissedClaim)
}

type claimsByPolicyResolver struct{}

// ClaimsByPolicy implements [generated.ResolverRoot].
func (r *Resolver) ClaimsByPolicy() generated.ClaimsByPolicyResolver { return claimsByPolicyResolver{} }

func (claimsByPolicyResolver) Policy(ctx context.Context, total *model.ClaimsByPolicy) (*model.Policy, error) {
	return related(ctx, total.PolicyID, scopeFrom(ctx).loaders().policies.Load, model.NewPolicy)
}

type claimsByProductResolver struct{}

// ClaimsByProduct implements [generated.ResolverRoot].
func (r *Resolver) ClaimsByProduct() generated.ClaimsByProductResolver {
	return claimsByProductResolver{}
}

func (claimsByProductResolver) Product(ctx context.Context, total *model.ClaimsByProduct) (*model.Product, error) {
	return related(ctx, total.ProductID, scopeFrom(ctx).reads.Product, model.NewProduct)
}
