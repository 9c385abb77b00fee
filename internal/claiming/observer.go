package claiming

import (
	"time"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
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
