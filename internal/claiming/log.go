package claiming

import (
	"context"
	"log/slog"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// log writes a line for an answer. Claims that give or deny a license are logged at INFO: there is one for each
// license, and people ask about denied ones. ALREADY_LICENSED is logged at DEBUG, since nearly all answers are that
// and it changes nothing. Errors are logged by the caller.
func (s *Service) log(ctx context.Context, tenant licensing.ID, answer Answer) {
	level := slog.LevelInfo
	if answer.Outcome == licensing.OutcomeAlreadyLicensed {
		level = slog.LevelDebug
	}

	if s.logger.Enabled(ctx, level) {
		s.logger.LogAttrs(ctx, level, "claim", answer.attrs(ctx, tenant)...)
	}
}

// attrs returns the attributes of a claim's log line: from the request's id to the ids of its rows.
func (a Answer) attrs(ctx context.Context, tenant licensing.ID) []slog.Attr {
	const most = 10

	attrs := append(make([]slog.Attr, 0, most),
		slog.String("request_id", requestid.From(ctx)), slog.String("outcome", string(a.Outcome)),
		slog.String("tenant", tenant.String()), slog.String("app", a.App.ID.String()))

	if a.userID != (licensing.ID{}) {
		attrs = append(attrs, slog.String("user", a.userID.String()))
	}

	if a.policy != nil {
		attrs = append(attrs, slog.String("policy", a.policy.ID.String()))
	}

	if a.License != nil {
		attrs = append(attrs,
			slog.String("license", a.License.ID.String()), slog.String("product", a.License.ProductID.String()))
	}

	if a.batch != nil {
		attrs = append(attrs, slog.String("batch", a.batch.id), slog.Int("batch_size", a.batch.size))
	}

	return attrs
}
