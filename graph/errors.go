package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/requestid"
	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/store"
)

func errRateLimited() *gqlerror.Error {
	return requestError(CodeRateLimited, "Too many requests. Wait as long as Retry-After says, and send fewer.")
}

// OverloadedMessage goes with [CodeOverloaded] where a request was not begun, and Retry-After with it.
const OverloadedMessage = "The server has all it can do. Wait as long as Retry-After says, and try again."

func errOverloaded() *gqlerror.Error {
	return requestError(CodeOverloaded, OverloadedMessage)
}

// errNoCaller means that the server's wiring let a request through that nobody authenticated.
var errNoCaller = errors.New("the request has no caller")

// presentError gives every error a code. What is not meant for clients is logged, once, and replaced
// by the request's id.
func presentError(logger *slog.Logger) graphql.ErrorPresenterFunc {
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

		// gqlgen gives no code to what it says itself of input that the schema does not take.
		if own, ok := errors.AsType[*gqlerror.Error](err); ok && own.Err == nil || isNumberError(err) {
			shown.Extensions = map[string]any{"code": CodeBadUserInput}

			return shown
		}

		code, message := classify(err)
		extensions := map[string]any{"code": code}

		// What is shown may be the error itself, so it is logged before it is replaced.
		switch {
		case code == CodeInternal:
			extensions["requestId"] = requestid.From(ctx)
			logger.ErrorContext(ctx, "request failed", "request_id", requestid.From(ctx),
				"path", shown.Path.String(), "error", err)
		case store.IsUnavailable(err):
			// All requests say so while it lasts; one of them is enough to read.
			unavailable.Do(func() {
				logger.WarnContext(ctx, "the database does not answer", "request_id", requestid.From(ctx), "error", err)
			})
		}

		shown.Message, shown.Extensions = message, extensions

		return shown
	}
}

func classify(err error) (code, message string) {
	switch {
	case errors.Is(err, claiming.ErrOverloaded):
		return CodeOverloaded, "Too many claims are waiting. Try again in a second."
	case errors.Is(err, claiming.ErrClosed):
		return CodeUnavailable, "The server is shutting down. Try again; another one will answer."
	case errors.Is(err, errStreamsClosed):
		return CodeUnavailable, "The server is shutting down. Subscribe again; another one will answer."
	case errors.Is(err, livefeed.ErrInterrupted):
		return CodeUnavailable, "Live data was interrupted. Subscribe again, and read anew what you show."
	case errors.Is(err, livefeed.ErrFellBehind):
		return CodeOverloaded, "You take events more slowly than they come. Subscribe again, and read anew what you show."
	case store.IsUnavailable(err):
		return CodeUnavailable, "The database does not answer. Try again in a second; to repeat a claim is always safe."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return CodeUnavailable, "The request took too long. Try again."
	default:
		return CodeInternal, "Something went wrong on the server. Tell its operator the request id."
	}
}

// isNumberError says whether a number in the input was out of the range of its type.
func isNumberError(err error) bool {
	_, overflow := errors.AsType[*graphql.NumberOverflowError](err)

	return overflow
}

// recovered makes an error of a panic in a resolver; the stack goes to the log alone.
func recovered(_ context.Context, p any) error {
	return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) // Not to be told apart.
}

// refused turns a rule's refusal into user errors. Any other error stays an error.
func refused(err error) ([]UserError, error) {
	if err == nil {
		return []UserError{}, nil
	}

	refusal, ok := licensing.AsRefusal(err)
	if !ok {
		return nil, err
	}

	path := refusal.Path
	if path == nil {
		path = []string{}
	}

	return []UserError{{Code: refusal.Code, Message: refusal.Message, Path: path}}, nil
}
