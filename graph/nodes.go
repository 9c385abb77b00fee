package graph

import (
	"context"
	"errors"

	"github.com/vikstrous/dataloadgen"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// maxNodes bounds how many objects one selection of nodes may ask for.
const maxNodes = 100

// isMissing says whether an object does not exist, or is another tenant's.
func isMissing(err error) bool {
	return store.IsNotFound(err) || errors.Is(err, dataloadgen.ErrNotFound)
}

// orNull wraps an object, and makes null of one that does not exist.
func orNull[T, N any](object T, err error, node func(T) N) (*N, error) {
	if isMissing(err) {
		return nil, nil // An object that does not exist is null to clients.
	}

	if err != nil {
		return nil, err
	}

	wrapped := node(object)

	return &wrapped, nil
}

// read returns the object with a global id, or nil.
func read[T, N any](
	ctx context.Context, kind licensing.Kind, text string,
	get func(context.Context, licensing.ID) (T, error), node func(T) N,
) (*N, error) {
	id, err := parseID(kind, text, "id")
	if err != nil {
		return nil, err
	}

	object, err := get(ctx, id)

	return orNull(object, err, node)
}

func productByID(ctx context.Context, id licensing.ID) (licensing.Product, error) {
	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return licensing.Product{}, err
	}

	product, ok := catalog.Product(id)
	if !ok {
		return product, store.ErrNotFound
	}

	return product, nil
}

func appByID(ctx context.Context, id licensing.ID) (licensing.App, error) {
	catalog, err := scopeFrom(ctx).catalog()
	if err != nil {
		return licensing.App{}, err
	}

	app, ok := catalog.App(id)
	if !ok {
		return app, store.ErrNotFound
	}

	return app, nil
}

func (queryResolver) Node(ctx context.Context, id string) (Node, error) {
	return node(ctx, id, "id")
}

func (queryResolver) Nodes(ctx context.Context, ids []string) ([]Node, error) {
	if len(ids) > maxNodes {
		return nil, badInput("ids: %d ids are too many. Ask for at most %d at a time.", len(ids), maxNodes)
	}

	nodes := make([]Node, len(ids))

	for i, id := range ids {
		found, err := node(ctx, id, "ids")
		if err != nil {
			return nil, err
		}

		nodes[i] = found
	}

	return nodes, nil
}

// node reads an object of whatever kind its id says.
func node(ctx context.Context, text, argument string) (Node, error) {
	kind, id, ok := splitID(text)
	if !ok {
		return nil, badInput("%s: %q is not an id. Pass an id as this API returned it.", argument, shorten(text))
	}

	s := scopeFrom(ctx)

	switch kind {
	case licensing.KindApp:
		return nodeOf(ctx, id, appByID, newApp)
	case licensing.KindProduct:
		return nodeOf(ctx, id, productByID, newProduct)
	case licensing.KindUser:
		return nodeOf(ctx, id, s.load().users.Load, newUser)
	case licensing.KindPolicy:
		return nodeOf(ctx, id, s.load().policies.Load, newPolicy)
	case licensing.KindLicense:
		return nodeOf(ctx, id, s.load().licenses.Load, newLicense)
	case licensing.KindSubscription:
		return nodeOf(ctx, id, s.tenant.Subscription, newSubscription)
	case licensing.KindClaim:
		return nodeOf(ctx, id, s.tenant.Claim, newClaim)
	case licensing.KindMissedClaim:
		return nodeOf(ctx, id, s.tenant.MissedClaim, newMissedClaim)
	case licensing.KindAuditEvent:
		return nodeOf(ctx, id, s.tenant.AuditEvent, newAuditEvent)
	case licensing.KindTenant:
		return nil, badInput("%s: a tenant cannot be read by its id. Use 'settings'.", argument)
	default:
		return nil, badInput("%s: there are no objects of kind %q.", argument, shorten(string(kind)))
	}
}

func nodeOf[T any, N Node](
	ctx context.Context, id licensing.ID, get func(context.Context, licensing.ID) (T, error), wrap func(T) N,
) (Node, error) {
	object, err := get(ctx, id)
	if isMissing(err) {
		return nil, nil // An object that does not exist is null to clients.
	}

	if err != nil {
		return nil, err
	}

	return wrap(object), nil
}
