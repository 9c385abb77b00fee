package claiming

import (
	"context"
	"log/slog"
	"time"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// Observer sees claims and batches, for metrics. Its functions are called before each answer is returned, so they
// must be quick.
type Observer struct {
	// Answered is called with each claim's outcome, or with the error instead, and with the time that the claim took.
	// batched is false if the claim needed no batch.
	Answered func(outcome licensing.Outcome, err error, batched bool, took time.Duration)
	// Batches observes the batches of claims that need a license. It may be nil.
	Batches coalesce.Observer
}

// Option configures a [Service].
type Option func(s *Service)

// WithObserver lets an observer see claims and batches.
func WithObserver(observer Observer) Option {
	return func(s *Service) {
		s.answered = observer.Answered
		s.batches.Observe(observer.Batches)
	}
}

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
