package graph

import (
	"context"

	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/reading"
)

func (queryResolver) AuditEvents(
	ctx context.Context, objectID, actor, action *string, first *int, after *string, last *int, before *string,
) (*model.AuditEventConnection, error) {
	filter := reading.AuditFilter{Actor: actor, Action: action}

	if objectID != nil {
		_, id, err := parseAnyID(*objectID, "objectId")
		if err != nil {
			return nil, err
		}

		filter.ObjectID = &id
	}

	events := scopeFrom(ctx).reads.AuditEvents(filter)

	return connect(ctx, events, pageArgs{first, after, last, before}, model.NewAuditEvent)
}
