package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/reading"
)

func (queryResolver) Apps(
	ctx context.Context, claimable *bool, text *string, first *int, after *string, last *int, before *string,
) (*model.AppConnection, error) {
	apps, err := scopeFrom(ctx).reads.Apps(ctx, reading.AppFilter{Claimable: claimable, Text: orEmpty(text)})
	if err != nil {
		return nil, err
	}

	return connect(ctx, apps, pageArgs{first, after, last, before}, model.NewApp)
}

// orEmpty returns the text of an optional argument.
func orEmpty(text *string) string {
	if text == nil {
		return ""
	}

	return *text
}
