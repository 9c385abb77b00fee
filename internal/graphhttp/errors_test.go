package graphhttp

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

func intercept(response *graphql.Response) *graphql.Response {
	bounds := responseBounds{bytes: 1000}

	return bounds.InterceptResponse(context.Background(), func(context.Context) *graphql.Response { return response })
}

func TestAResponseThatIsLongerThanEstimatedIsNotSent(t *testing.T) {
	t.Parallel()

	short := &graphql.Response{Data: bytes.Repeat([]byte("x"), 1000)}
	assert.Same(t, short, intercept(short))
	assert.Nil(t, intercept(nil))

	long := intercept(&graphql.Response{Data: bytes.Repeat([]byte("x"), 1001)})
	assert.Empty(t, long.Data)
	require.Len(t, long.Errors, 1)
	assert.Equal(t, apierror.CodeTooComplex, long.Errors[0].Extensions["code"])
}

func TestTheErrorsOfAResponseAreBoundedInBytes(t *testing.T) {
	t.Parallel()

	var errs gqlerror.List
	for i := range 10_000 {
		err := apierror.BadInput("%d: %s", i, strings.Repeat("x", 1000))
		err.Path = ast.Path{ast.PathName(strings.Repeat("y", 10_000)), ast.PathIndex(i), ast.PathName("id")}
		errs = append(errs, err)
	}

	bounded := intercept(&graphql.Response{Errors: errs}).Errors
	encoded := string(marshal(bounded))

	assert.Less(t, len(encoded), 16<<10)
	assert.Contains(t, encoded, `"0: xxx`)
	assert.Contains(t, bounded[len(bounded)-1].Message, "There are more errors")
	assert.Equal(t, apierror.CodeBadUserInput, bounded[len(bounded)-1].Extensions["code"])
}

func TestATrustedDocumentMayBeLongerThanOthers(t *testing.T) {
	t.Parallel()

	text := "{__typename}#" + strings.Repeat("x", 33<<10)
	prepare := func(documents TrustedDocuments) *preparer {
		return &preparer{
			validator: newValidator(loadSchema(t), false), documents: documents,
			limits: admission.OperationLimits{}.WithDefaults(), cache: newQueryCache(),
		}
	}

	got, document, errs := prepare(TrustedDocuments{"00": text}).document(operationRequest{document: "00"})
	assert.Empty(t, errs)
	assert.Equal(t, text, got)
	assert.NotNil(t, document)

	_, _, errs = prepare(nil).document(operationRequest{query: text})
	require.Len(t, errs, 1)
	assert.Equal(t, fmt.Sprintf(
		"The operation's text has %d bytes; at most 32768 are allowed. Send several operations, and values as variables.", len(text)),
		errs[0].Message)
}

func TestANameOfADocumentIsAtMost128BytesLong(t *testing.T) {
	t.Parallel()

	v := newValidator(loadSchema(t), false)

	for _, text := range []string{
		"query X{__typename}", "query($X:Int=1 $n:Int){users(first:$X,last:$n){totalCount}}", "{X:__typename}",
		"{...X}fragment X on Query{__typename}",
	} {
		_, _, errs := v.parse(strings.ReplaceAll(text, "X", strings.Repeat("x", maxName)), maxTokens)
		assert.Empty(t, errs, text)

		_, _, errs = v.parse(strings.ReplaceAll(text, "X", strings.Repeat("x", maxName+1)), maxTokens)
		if assert.Len(t, errs, 1, text) {
			assert.Contains(t, errs[0].Message, "has 129 bytes; at most 128 are allowed", text)
		}
	}
}
