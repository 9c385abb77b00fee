package admission

import (
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// OperationLimits bound the size of one operation, the time that it may take, and the number of subscriptions. A
// zero means the default.
type OperationLimits struct {
	// Text is how many bytes the text of an operation may have; 32 KiB by default. The text of a trusted document may
	// be longer. It is enforced before the text is parsed.
	Text int
	// Tokens is how many lexical tokens an operation's text may have; 1,000 by default. Validation compares each
	// field with each other field of the same name, so its time grows with the square of this number. The parser
	// enforces it.
	Tokens int
	// Depth is how many levels of fields an operation may have; 15 by default. Introspection does not count.
	Depth int
	// Cost is how many objects and leaves an operation may read, computed from the schema's @cost and @listSize and from
	// the sizes of pages; 100,000 by default.
	Cost int
	// Aliases is how many fields may have aliases; 50 by default. Those of a fragment count for each of its spreads.
	Aliases int
	// Directives is how many directives an operation may have; 50 by default. Those of a fragment count for each of its
	// spreads.
	Directives int
	// Response is how many bytes a response may have, estimated from the schema's @size and from the sizes of pages;
	// 8 MiB by default.
	Response int
	// Timeout is the time that a query or a mutation may take, including the database; 2 seconds by default. The
	// transport enforces it.
	Timeout time.Duration
	// Streams is how many subscriptions a principal may have open at the same time on one server; 20 by default.
	// [Streams] enforces it.
	Streams int
}

// WithDefaults returns the limits with defaults in place of zeros.
func (l OperationLimits) WithDefaults() OperationLimits {
	for _, limit := range []struct {
		field *int
		value int
	}{
		{&l.Text, 32 << 10},
		{&l.Tokens, 1000},
		{&l.Depth, 15},
		{&l.Cost, 100_000},
		{&l.Aliases, 50},
		{&l.Directives, 50},
		{&l.Response, 8 << 20},
		{&l.Streams, 20},
	} {
		if *limit.field == 0 {
			*limit.field = limit.value
		}
	}

	if l.Timeout == 0 {
		l.Timeout = 2 * time.Second
	}

	return l
}

// Check refuses an operation that is too large, before any of its resolvers runs. It returns an upper estimate of the
// response, in bytes. The operation must be valid.
func (l OperationLimits) Check(op *graphql.OperationContext) (responseBytes int, err *gqlerror.Error) {
	walk := costWalk{variables: op.Variables}
	found := walk.directives(op.Operation.Directives)
	found.add(walk.selections(op.Operation.SelectionSet, 1))

	for _, check := range []struct {
		what          string
		actual, limit int
		remedy        string
	}{
		{"levels of fields", found.depth, l.Depth, "Ask for fewer levels"},
		{"aliases", found.aliases, l.Aliases, "Send several operations"},
		{"directives", found.directives, l.Directives, "Send several operations"},
		{"objects and fields to read", found.cost, l.Cost, "Ask for smaller pages, fewer fields, or fewer nested lists"},
		{"bytes of response", found.bytes, l.Response, "Ask for smaller pages, or for long fields once"},
	} {
		if check.actual > check.limit {
			return 0, apierror.New(apierror.CodeTooComplex, "The operation has up to %d %s; at most %d are allowed. %s.",
				check.actual, check.what, check.limit, check.remedy)
		}
	}

	if walk.deferred {
		return 0, apierror.BadInput("@defer is not supported. Send the fields that can wait as a separate operation.")
	}

	return found.bytes, nil
}
