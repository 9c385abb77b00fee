package graphhttp

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

const (
	// maxErrorMessage bounds the message of an error, in bytes.
	maxErrorMessage = 400
	// maxWord is the longest word in a message, in bytes: names and values of a request are cut to it.
	maxWord = 60
	// maxQuoted is how much of a longer message is read at all, in bytes.
	maxQuoted = 4 << 10
	// maxErrorBytes bounds all errors of a response together, in bytes, without their names and braces.
	maxErrorBytes = 8 << 10
	// errorBytes is about the length of an error without its message and path: its code and locations.
	errorBytes = 100
)

// responseBounds is a gqlgen extension that bounds the length of responses.
type responseBounds struct{ bytes int }

// ExtensionName implements [graphql.HandlerExtension].
func (responseBounds) ExtensionName() string { return "ResponseBounds" }

// Validate implements [graphql.HandlerExtension].
func (responseBounds) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse implements [graphql.ResponseInterceptor]. The response's size was estimated before the operation ran;
// a response can still be too long if its values are much longer than the schema says.
func (b responseBounds) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil {
		return nil
	}

	if len(response.Data) > b.bytes {
		return &graphql.Response{Errors: gqlerror.List{apierror.New(apierror.CodeTooComplex,
			"The response has %d bytes; at most %d are allowed. Ask for smaller pages, or for fewer long fields.",
			len(response.Data), b.bytes)}}
	}

	response.Errors = boundErrors(response.Errors)

	return response
}

// boundErrors cuts what errors quote of a request, and leaves out those that exceed maxErrorBytes. The first one stays.
func boundErrors(errs gqlerror.List) gqlerror.List {
	total := 0

	for i, err := range errs {
		shortened := shorten(*err)

		total += errorBytes + len(shortened.Message) + len(shortened.Path)*maxWord/2

		if i > 0 && total > maxErrorBytes {
			return append(errs[:i:i], &gqlerror.Error{
				Message:    "There are more errors, which are left out. Correct these first.",
				Extensions: errs[0].Extensions,
			})
		}

		errs[i] = &shortened
	}

	return errs
}

// shorten cuts the message and the path of an error. They may quote names and values of the request, of any length.
func shorten(err gqlerror.Error) gqlerror.Error {
	err.Message = shortenMessage(err.Message)

	for i, element := range err.Path {
		if name, ok := element.(ast.PathName); ok && len(name) > maxWord {
			err.Path = slices.Clone(err.Path)
			err.Path[i] = ast.PathName(apierror.Shorten(string(name)))
		}
	}

	return err
}

func shortenMessage(message string) string {
	if len(message) <= maxWord {
		return message
	}

	words := strings.Split(cut(message, maxQuoted), " ")
	for i, word := range words {
		words[i] = cut(word, maxWord)
	}

	return cut(strings.Join(words, " "), maxErrorMessage)
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}

	return strings.ToValidUTF8(text[:limit], "") + "…"
}
