package graphhttp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	gqlvalidator "github.com/vektah/gqlparser/v2/validator"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// documentIDScheme is the prefix of ids that are the hexadecimal SHA-256 of the document.
const documentIDScheme = "sha256:"

// TrustedDocuments are the operations that clients were built with, by the SHA-256 of their text. A server that
// has any runs no other operation.
type TrustedDocuments map[string]string

// ReadTrustedDocuments reads a manifest as code generators for clients write it: a JSON object whose keys are
// hashes and whose values are the operations' texts. It fails if a text does not match its hash or is not valid
// for the schema, and if there are no operations.
func ReadTrustedDocuments(r io.Reader, schema *ast.Schema) (TrustedDocuments, error) {
	var documents TrustedDocuments

	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&documents); err != nil {
		return nil, fmt.Errorf("the manifest is not a JSON object of operations by their hash: %w", err)
	}

	switch {
	case decoder.More():
		return nil, errors.New("the manifest is more than one JSON object: generate it again")
	case len(documents) == 0:
		return nil, errors.New("the manifest has no operations: without any trusted operation, every operation would run")
	}

	for id, text := range documents {
		if hash := sha256.Sum256([]byte(text)); hex.EncodeToString(hash[:]) != strings.TrimPrefix(id, documentIDScheme) {
			return nil, fmt.Errorf("document %s has another SHA-256: generate the manifest again", id)
		}

		if err := checkStrings(text); err != nil {
			return nil, fmt.Errorf("document %s: %w", id, err)
		}

		document, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", id, err)
		}

		if errs := gqlvalidator.ValidateWithRules(schema, document, nil); len(errs) > 0 {
			return nil, fmt.Errorf("document %s does not fit the schema: %w", id, errs)
		}

		if bare, scheme := strings.CutPrefix(id, documentIDScheme); scheme {
			delete(documents, id)
			documents[bare] = text
		}
	}

	return documents, nil
}

// text returns the text of the operation that a request asks for, and whether it is a trusted document's.
func (d TrustedDocuments) text(request operationRequest) (text string, trusted bool, err *gqlerror.Error) {
	hash := request.document

	switch text, known := d[hash]; {
	case hash == "" && len(d) == 0:
		return request.query, false, nil
	case hash == "":
		return "", false, apierror.New(apierror.CodeUntrustedDocument,
			"This server runs trusted documents only. Send the documentId of one in place of 'query'.")
	case !known:
		return "", false, d.refuse()
	case request.query != "" && request.query != text:
		return "", false, apierror.New(apierror.CodeUntrustedDocument,
			"The text is not that of the document with this id. Send only one of them.")
	default:
		return text, true, nil
	}
}

// refuse refuses a document that is not trusted.
func (d TrustedDocuments) refuse() *gqlerror.Error {
	if len(d) == 0 {
		return apierror.New(apierror.CodeUntrustedDocument, "This server has no trusted documents. Send the operation's text.")
	}

	return apierror.New(apierror.CodeUntrustedDocument,
		"This server runs trusted documents only, and does not know this one. Ask the operator to add it.")
}
