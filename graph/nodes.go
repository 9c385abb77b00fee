package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// maxNodes is how many objects one selection of nodes may ask for.
const maxNodes = 100

func (queryResolver) Node(ctx context.Context, id string) (model.Node, error) {
	return nodeByID(ctx, id, "id")
}

func (queryResolver) Nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > maxNodes {
		return nil, apierror.BadInput("ids: %d ids are too many. Ask for at most %d at a time.", len(ids), maxNodes)
	}

	nodes := make([]model.Node, len(ids))

	for i, id := range ids {
		found, err := nodeByID(ctx, id, "ids")
		if err != nil {
			return nil, err
		}

		nodes[i] = found
	}

	return nodes, nil
}

// nodeByID reads the object with a global id of any kind, or returns nil if it does not exist.
func nodeByID(ctx context.Context, text, argument string) (model.Node, error) {
	kind, id, err := parseAnyID(text, argument)
	if err != nil {
		return nil, err
	}

	s := scopeFrom(ctx)

	switch kind {
	case licensing.KindApp:
		return readNode(ctx, id, s.reads.App, model.NewApp)
	case licensing.KindProduct:
		return readNode(ctx, id, s.reads.Product, model.NewProduct)
	case licensing.KindUser:
		return readNode(ctx, id, s.loaders().users.Load, model.NewUser)
	case licensing.KindPolicy:
		return readNode(ctx, id, s.loaders().policies.Load, model.NewPolicy)
	case licensing.KindLicense:
		return readNode(ctx, id, s.loaders().licenses.Load, model.NewLicense)
	case licensing.KindSubscription:
		return readNode(ctx, id, s.reads.Subscription, model.NewSubscription)
	case licensing.KindClaim:
		return readNode(ctx, id, s.reads.Claim, model.NewClaim)
	case licensing.KindMissedClaim:
		return readNode(ctx, id, s.reads.MissedClaim, model.NewMissedClaim)
	case licensing.KindAuditEvent:
		return readNode(ctx, id, s.reads.AuditEvent, model.NewAuditEvent)
	case licensing.KindTenant:
		return nil, apierror.BadInput("%s: a tenant cannot be read by its id. Use 'settings'.", argument)
	default:
		return nil, apierror.BadInput("%s: there are no objects of kind %q.", argument, apierror.Shorten(string(kind)))
	}
}

func readNode[T any, N model.Node](
	ctx context.Context, id licensing.ID, read func(context.Context, licensing.ID) (T, error), convert func(T) N,
) (model.Node, error) {
	object, err := read(ctx, id)
	if isMissing(err) {
		return nil, nil
	}

	if err != nil {
		return nil, err
	}

	return convert(object), nil
}
