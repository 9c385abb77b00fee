package claiming

import (
	"context"
	"log/slog"
	"time"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// Observer is told what becomes of claims. It is on the way of every answer, so it must be quick.
type Observer struct {
	// Answered is told each claim's outcome, or the error in its place, and how long it took. batched is false if
	// one read settled it.
	Answered func(outcome licensing.Outcome, err error, batched bool, took time.Duration)
	// Batches sees the batches of claims that need a license; nil if nobody does.
	Batches coalesce.Observer
}

// Option changes how claims are answered.
type Option func(s *Service)

// WithObserver tells the observer what becomes of claims.
func WithObserver(observer Observer) Option {
	return func(s *Service) {
		s.answered = observer.Answered
		s.batches.Observe(observer.Batches)
	}
}

// course is what happened on the way to a claim's answer.
type course struct {
	app    licensing.ID
	user   *licensing.ID // Nil if the tenant does not know the user.
	policy *licensing.ID // Nil if there is none for the app.
	batch  *batch        // Nil if one read settled the claim.
}

func (c *course) found(app licensing.App, user *licensing.User, policy *licensing.Policy) {
	c.app = app.ID

	if user != nil {
		c.user = &user.ID
	}

	if policy != nil {
		c.policy = &policy.ID
	}
}

// batch is the name and the size of the batch that a claim was in.
type batch struct {
	id   string
	size int
}

// batched is a decision and the batch that it was made in.
type batched struct {
	licensing.Decision

	user  licensing.ID
	batch *batch
}

func decisionsOf(claimants []licensing.Claimant, decisions []licensing.Decision) []batched {
	decided := make([]batched, len(decisions))
	for i, decision := range decisions {
		decided[i] = batched{Decision: decision, user: claimants[i].UserID}
	}

	return decided
}

// together gives the decisions of a batch its name.
func (s *Service) together(ctx context.Context, key batchKey, decisions []batched) []batched {
	one := &batch{id: requestid.New(), size: len(decisions)}
	for i := range decisions {
		decisions[i].batch = one
	}

	s.logger.LogAttrs(ctx, slog.LevelDebug, "batch of claims", slog.String("batch", one.id), slog.Int("batch_size", one.size),
		slog.String("tenant", key.tenant.String()), slog.String("policy", key.policy.String()))

	return decisions
}

// answeredAs tells the observer and the log of an answer. Claims that gave or denied something are told at
// INFO: there is one for each license, and the denied are those that people ask about. ALREADY_LICENSED, which
// nearly all answers are and which changes nothing, is for DEBUG. Failures are logged at the edge.
func (s *Service) answeredAs(
	ctx context.Context, tenant licensing.ID, way course, answer Answer, err error, took time.Duration,
) {
	if s.answered != nil {
		s.answered(answer.Outcome, err, way.batch != nil, took)
	}

	level := slog.LevelInfo
	if answer.Outcome == licensing.OutcomeAlreadyLicensed {
		level = slog.LevelDebug
	}

	if err != nil || !s.logger.Enabled(ctx, level) {
		return
	}

	s.logger.LogAttrs(ctx, level, "claim", way.attrs(ctx, tenant, answer)...)
}

// attrs are a claim's log line: from the request's id to the ids of its rows.
func (c course) attrs(ctx context.Context, tenant licensing.ID, answer Answer) []slog.Attr {
	const most = 10

	attrs := append(make([]slog.Attr, 0, most),
		slog.String("request_id", requestid.From(ctx)), slog.String("outcome", string(answer.Outcome)),
		slog.String("tenant", tenant.String()), slog.String("app", c.app.String()))

	if c.user != nil {
		attrs = append(attrs, slog.String("user", c.user.String()))
	}

	if c.policy != nil {
		attrs = append(attrs, slog.String("policy", c.policy.String()))
	}

	if answer.License != nil {
		attrs = append(attrs,
			slog.String("license", answer.License.ID.String()), slog.String("product", answer.License.ProductID.String()))
	}

	if c.batch != nil {
		attrs = append(attrs, slog.String("batch", c.batch.id), slog.Int("batch_size", c.batch.size))
	}

	return attrs
}
