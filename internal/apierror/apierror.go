// Package apierror holds the codes of the API's errors, decides which error gets which code, and writes errors
// over HTTP. Errors of GraphQL responses are presented by [Presenter]; other handlers use [Write].
package apierror

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// overloadedMessage is the message of [CodeOverloaded] in responses with a Retry-After header.
	overloadedMessage = "The server is overloaded. Wait as long as Retry-After says, then try again."
	// InternalMessage is the message of [CodeInternal] in responses with the request's id.
	InternalMessage = "Something went wrong on the server. Give its operator the request id."
)

// New returns an error with a code.
func New(code, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{
		Message:    fmt.Sprintf(format, args...),
		Extensions: map[string]any{"code": code},
	}
}

// BadInput returns an error for input that no field of a form can correct, such as a malformed id or cursor.
// Input that breaks a rule of the domain is a user error instead.
func BadInput(format string, args ...any) *gqlerror.Error {
	return New(CodeBadUserInput, format, args...)
}

// Forbidden returns an error for something that the caller's roles do not allow.
func Forbidden(format string, args ...any) *gqlerror.Error {
	return New(CodeForbidden, format, args...)
}

// RateLimited returns the error of a request over its caller's rate limit. Its response needs a Retry-After header.
func RateLimited() *gqlerror.Error {
	return New(CodeRateLimited, "Too many requests. Wait as long as Retry-After says, and send fewer.")
}

// Overloaded returns the error of a request that the server has no capacity for. Its response needs a
// Retry-After header.
func Overloaded() *gqlerror.Error {
	return New(CodeOverloaded, overloadedMessage)
}

// Panic returns the error of a recovered panic, with the stack of the calling goroutine. It has no code, so it
// is logged and shown as [CodeInternal].
func Panic(value any) error {
	return fmt.Errorf("panic: %v\n%s", value, debug.Stack())
}

// Shorten cuts a text of a client to 60 bytes, so that errors and logs that quote it stay short.
func Shorten(text string) string {
	const limit = 60
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "…"
	}

	return text
}
