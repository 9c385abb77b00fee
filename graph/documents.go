package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// documentIDExtension is where the transport puts the documentId of a request.
const documentIDExtension = "documentId"

// documentIDScheme is what ids begin with that are the hash of their document, hexadecimal.
const documentIDScheme = "sha256:"

// TrustedDocuments are operations that clients were built with, by the SHA-256 of their text. If a server
// has any, it runs no others.
type TrustedDocuments map[string]string

// ReadTrustedDocuments reads a manifest as the code generators of clients write it: a JSON object of
// texts by hash. Each text must have its hash and be valid for this server's schema.
func ReadTrustedDocuments(r io.Reader) (TrustedDocuments, error) {
	var documents TrustedDocuments

	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&documents); err != nil {
		return nil, fmt.Errorf("the manifest is not a JSON object of operations by their hash: %w", err)
	}

	switch {
	case decoder.More():
		return nil, errors.New("the manifest is more than one JSON object: generate it again")
	case len(documents) == 0:
		return nil, errors.New("the manifest has no operations: with none to trust, every operation would run")
	}

	schema := NewExecutableSchema(Config{}).Schema()

	for id, text := range documents {
		if hash := sha256.Sum256([]byte(text)); hex.EncodeToString(hash[:]) != strings.TrimPrefix(id, documentIDScheme) {
			return nil, fmt.Errorf("document %s does not have this SHA-256: generate the manifest again", id)
		}

		document, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", id, err)
		}

		if errs := validator.ValidateWithRules(schema, document, nil); len(errs) > 0 {
			return nil, fmt.Errorf("document %s does not fit the schema: %w", id, errs)
		}

		if bare, scheme := strings.CutPrefix(id, documentIDScheme); scheme {
			delete(documents, id)
			documents[bare] = text
		}
	}

	return documents, nil
}

// documentOf is the hash of the document that a request names in place of sending it: by the parameter
// documentId, or by the extension persistedQuery of older clients.
func documentOf(params *graphql.RawParams) string {
	if id, ok := params.Extensions[documentIDExtension].(string); ok {
		return strings.TrimPrefix(id, documentIDScheme)
	}

	if persisted, ok := params.Extensions["persistedQuery"].(map[string]any); ok {
		hash, _ := persisted["sha256Hash"].(string)

		return hash
	}

	return ""
}

// ExtensionName implements [graphql.HandlerExtension].
func (TrustedDocuments) ExtensionName() string { return "TrustedDocuments" }

// Validate implements [graphql.HandlerExtension].
func (TrustedDocuments) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements [graphql.OperationParameterMutator].
func (d TrustedDocuments) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	hash := documentOf(params)

	switch text, known := d[hash]; {
	case hash == "" && len(d) == 0:
		return nil
	case hash == "":
		return requestError(CodeUntrustedDocument,
			"This server runs trusted documents alone. Send the documentId of one in place of 'query'.")
	case !known:
		return requestError(CodeUntrustedDocument,
			"The server does not know this document. Send the operation's text, or ask the operator to add it.")
	case params.Query != "" && params.Query != text:
		return requestError(CodeUntrustedDocument, "The document's id and its text do not belong together. Send one of them.")
	default:
		params.Query = text

		return nil
	}
}
