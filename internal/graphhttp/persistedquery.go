package graphhttp

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// Automatic persisted queries are a protocol of Apollo's clients, which others support too: a client sends the SHA-256 of
// an operation's text in the extension persistedQuery. If the server does not know the text, the client sends it together
// with its hash. The server remembers the hash as long as the query cache holds the operation.
//
// All tenants share the query cache. Nobody can give a hash another text, and whoever knows the hash of a text has read
// the text. Each request with a hash is checked like one with the text: its size, its cost, and the caller's permissions.
const (
	persistedQueryVersion = 1
	// persistedQueryNotFound is the message that clients look for, in addition to the code. They then send the text.
	persistedQueryNotFound = "PersistedQueryNotFound"
	// persistedQueryMismatch is Apollo's message.
	persistedQueryMismatch = "provided sha does not match query"
)

// readPersistedQuery returns the hash in the extension persistedQuery, or "" if the extension is null.
func readPersistedQuery(value []byte) (hash string, refusal *admission.Refusal) {
	object, refusal := asObject("extensions.persistedQuery", value)
	if refusal != nil || object == nil {
		return "", refusal
	}

	var version, digest []byte

	err := eachMember(object, func(name string, value []byte) error {
		switch name {
		case "version":
			version = value
		case "sha256Hash":
			digest = value
		}

		return nil
	})
	if err != nil {
		return "", malformed("extensions.persistedQuery: it has more than %d members. Send 'version' and 'sha256Hash'.", maxMembers)
	}

	if number, err := strconv.ParseFloat(string(version), 64); err != nil || number != persistedQueryVersion {
		return "", malformed("extensions.persistedQuery.version: Unsupported persisted query version. Send %d.", persistedQueryVersion)
	}

	text, _ := textOf(digest)

	hash = strings.TrimPrefix(text, documentIDScheme)
	if len(hash) != hex.EncodedLen(sha256.Size) || strings.Trim(hash, "0123456789abcdef") != "" {
		return "", malformed("extensions.persistedQuery.sha256Hash: " +
			"send the SHA-256 of the operation's text as 64 hexadecimal digits in lower case.")
	}

	return hash, nil
}

// persists says whether the request asks the server to remember its text by its hash.
func (r operationRequest) persists() bool {
	return r.document == "" && r.persisted != "" && r.query != ""
}

// text returns the text of the operation that a request asks for, and whether it is a trusted document's.
func (p *preparer) text(request operationRequest) (text string, trusted bool, err *gqlerror.Error) {
	if request.document != "" || request.persisted == "" {
		return p.documents.text(request)
	}

	text, trusted = p.documents[request.persisted]

	switch {
	case trusted && (request.query == "" || request.query == text):
		return text, true, nil
	case request.query != "":
		return request.query, false, p.checkHash(request)
	}

	if text, known := p.cache.textOf(request.persisted); known {
		return text, false, nil
	}

	return "", false, apierror.New(apierror.CodeUntrustedDocument, persistedQueryNotFound)
}

// checkHash checks the text of a request with its hash, which is not a trusted document.
func (p *preparer) checkHash(request operationRequest) *gqlerror.Error {
	if err := p.checkLength(request.query); err != nil {
		return err
	}

	if sum := sha256.Sum256([]byte(request.query)); hex.EncodeToString(sum[:]) != request.persisted {
		return apierror.BadInput(persistedQueryMismatch)
	}

	if len(p.documents) > 0 {
		return p.documents.refuse()
	}

	return nil
}
