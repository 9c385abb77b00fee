package graph

import (
	"context"
	"errors"

	"github.com/vikstrous/dataloadgen"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// isMissing says whether an object does not exist, or belongs to another tenant.
func isMissing(err error) bool {
	return licensing.IsNotFound(err) || errors.Is(err, dataloadgen.ErrNotFound)
}

// orNull converts an object that was read. An object that does not exist becomes nil, which is null to clients.
func orNull[T, N any](object T, err error, convert func(T) N) (*N, error) {
	if isMissing(err) {
		return nil, nil
	}

	if err != nil {
		return nil, err
	}

	converted := convert(object)

	return &converted, nil
}

// objectByID reads the object with a global id, or returns nil if it does not exist.
func objectByID[T, N any](
	ctx context.Context, kind licensing.Kind, globalID string,
	read func(context.Context, licensing.ID) (T, error), convert func(T) N,
) (*N, error) {
	id, err := ParseID(kind, globalID, "id")
	if err != nil {
		return nil, err
	}

	object, err := read(ctx, id)

	return orNull(object, err, convert)
}

// related reads an object that another object refers to. It must exist: the database has foreign keys.
func related[T, N any](
	ctx context.Context, id licensing.ID, read func(context.Context, licensing.ID) (T, error), convert func(T) N,
) (*N, error) {
	object, err := read(ctx, id)
	if err != nil {
		return nil, err
	}

	converted := convert(object)

	return &converted, nil
}

// unchanged converts an object whose type of the domain is its type in the schema.
func unchanged[T any](object T) T { return object }
