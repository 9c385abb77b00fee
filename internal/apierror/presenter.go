package apierror

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/requestid"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Presenter returns the function that gives each error of a GraphQL response its code and message. It logs an
// error that is not meant for clients once, and shows the request's id instead.
func Presenter(logger *slog.Logger) graphql.ErrorPresenterFunc {
	unavailable := rate.Sometimes{First: 1, Interval: time.Second}

	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		if _, coded := shown.Extensions["code"]; coded {
			return shown
		}

		if refusal, ok := licensing.AsRefusal(err); ok {
			shown.Message = refusal.Message
			shown.Extensions = map[string]any{"code": CodeBadUserInput}

			return shown
		}

		// gqlgen's own errors about input that does not fit the schema have no code.
		if own, ok := errors.AsType[*gqlerror.Error](err); ok && own.Err == nil || isNumberError(err) {
			shown.Extensions = map[string]any{"code": CodeBadUserInput}

			return shown
		}

		code, message := Classify(err)
		extensions := map[string]any{"code": code}

		// The error must be logged before shown is changed: the two may be the same object.
		switch {
		case code == CodeInternal:
			extensions["requestId"] = requestid.From(ctx)
			logger.ErrorContext(ctx, "request failed", "request_id", requestid.From(ctx),
				"path", shown.Path.String(), "error", err)
		case store.IsUnavailable(err):
			// Every request fails like this during an outage. One line a second is enough.
			unavailable.Do(func() {
				logger.WarnContext(ctx, "the database does not respond", "request_id", requestid.From(ctx), "error", err)
			})
		}

		shown.Message, shown.Extensions = message, extensions

		return shown
	}
}

// Classify returns the code and the message of an error that is not about the client's input. The code is
// [CodeOverloaded], [CodeUnavailable] or [CodeInternal].
func Classify(err error) (code, message string) {
	switch {
	case errors.Is(err, claiming.ErrOverloaded):
		return CodeOverloaded, "Too many claims are waiting. Try again in a second."
	case errors.Is(err, claiming.ErrClosed):
		return CodeUnavailable, "The server is shutting down. Try again; another server will respond."
	case errors.Is(err, livefeed.ErrInterrupted):
		return CodeUnavailable, "Live data was interrupted. Subscribe again, and reload the data that you show."
	case errors.Is(err, livefeed.ErrFellBehind):
		return CodeOverloaded,
			"Your client reads events more slowly than they are sent. Subscribe again, and reload the data that you show."
	case store.IsUnavailable(err):
		return CodeUnavailable, "The database does not respond. Try again in a second. It is always safe to repeat a claim."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return CodeUnavailable, "The request timed out. Try again."
	default:
		return CodeInternal, InternalMessage
	}
}

// isNumberError says whether a number in the input was out of the range of its type.
func isNumberError(err error) bool {
	_, overflow := errors.AsType[*graphql.NumberOverflowError](err)

	return overflow
}
