package graphhttp

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// maxName is the longest name in a document, and the longest operationName, in bytes. Errors, keys of a response and
// suggestions repeat names.
const maxName = 128

// preparer makes operations of requests, for every transport. Whatever is refused is refused before the work that it
// would cause: the text before it is parsed, the document before it is validated, and variables before they are decoded.
// It is safe for concurrent use.
type preparer struct {
	validator

	documents TrustedDocuments
	limits    admission.OperationLimits
	cache     *queryCache
}

// prepared is an operation that may be executed.
type prepared struct {
	*graphql.OperationContext

	// responseBytes is an upper estimate of the response, in bytes.
	responseBytes int
}

// operation prepares the operation of a request. If it returns errors, the context of the operation is there all the
// same, for the response that has them.
func (p *preparer) operation(
	ctx context.Context, exec graphql.GraphExecutor, request operationRequest,
) (prepared, gqlerror.List) {
	text, document, errs := p.document(request)
	if errs != nil {
		return prepared{OperationContext: &graphql.OperationContext{RawQuery: text, Headers: request.headers}}, errs
	}

	variables, err := p.variables(document, request)

	request.parsed() // What follows may need the database, and a large body has a turn of it.

	if err != nil {
		return prepared{OperationContext: &graphql.OperationContext{RawQuery: text, Headers: request.headers}}, gqlerror.List{err}
	}

	operation, errs := exec.CreateOperationContext(context.WithValue(ctx, documentKey{}, document), &graphql.RawParams{
		Query: text, OperationName: request.operationName, Variables: variables,
		Headers: request.headers, ReadTime: request.readTime,
	})
	if errs != nil {
		nameVariables(errs)

		return prepared{OperationContext: operation}, boundErrors(errs)
	}

	size, err := p.limits.Check(operation)
	if err != nil {
		return prepared{OperationContext: operation}, gqlerror.List{err}
	}

	return prepared{OperationContext: operation, responseBytes: size}, nil
}

// document returns a request's document after validation, from the cache if it has it.
func (p *preparer) document(request operationRequest) (string, *ast.QueryDocument, gqlerror.List) {
	text, trusted, err := p.text(request)
	if err != nil {
		return "", nil, gqlerror.List{err}
	}

	if !trusted {
		if err := p.checkLength(text); err != nil {
			return "", nil, gqlerror.List{err}
		}
	}

	if len(request.operationName) > maxName {
		return "", nil, gqlerror.List{apierror.BadInput(
			"operationName: it has %d bytes; at most %d are allowed. Give the operation a shorter name.",
			len(request.operationName), maxName)}
	}

	document, cached := p.cache.get(text)
	if !cached {
		var (
			weight int
			errs   gqlerror.List
		)

		if document, weight, errs = p.parse(text, p.limits.Tokens); errs != nil {
			return text, nil, boundErrors(errs)
		}

		p.cache.add(text, document, weight)
	}

	if request.persists() && !trusted {
		p.cache.persist(request.persisted, text)
	}

	return text, document, nil
}

// checkLength refuses a text that is too long. Trusted documents may be longer.
func (p *preparer) checkLength(text string) *gqlerror.Error {
	if len(text) <= p.limits.Text {
		return nil
	}

	return apierror.New(apierror.CodeTooComplex,
		"The operation's text has %d bytes; at most %d are allowed. Send several operations, and values as variables.",
		len(text), p.limits.Text)
}

// variables decodes the variables of the operation that the request names.
func (p *preparer) variables(document *ast.QueryDocument, request operationRequest) (map[string]any, *gqlerror.Error) {
	operation := document.Operations.ForName(request.operationName)
	if operation == nil {
		err := gqlerror.Errorf("operation %s not found", apierror.Shorten(request.operationName))
		errcode.Set(err, errcode.ValidationFailed)

		return nil, err
	}

	return decodeVariables(request.variables, operation.VariableDefinitions)
}

type documentKey struct{}

// preparedDocuments hands the document of [preparer] to gqlgen's executor, which looks into its query cache before it
// would parse the text.
type preparedDocuments struct{}

// Get implements [graphql.Cache].
func (preparedDocuments) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	document, ok := ctx.Value(documentKey{}).(*ast.QueryDocument)

	return document, ok
}

// Add implements [graphql.Cache].
func (preparedDocuments) Add(context.Context, string, *ast.QueryDocument) {}
