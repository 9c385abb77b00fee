package graphhttp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// operationRequest is a request to run an operation, as it arrived.
type operationRequest struct {
	query, operationName string
	// document is the hash of a trusted document, or empty. extension is the same in the request's extensions.
	document, extension string
	// persisted is the hash in Apollo's extension persistedQuery, or empty.
	persisted string
	// variables is a JSON object, or nil. It is part of the request's body.
	variables []byte

	headers  http.Header
	readTime graphql.TraceTiming

	// release gives back what the body holds. It may be called more than once. It is nil if there is no body.
	release func()
}

// parsed says that nothing refers to the request's body any more.
func (r operationRequest) parsed() {
	if r.release != nil {
		r.release()
	}
}

// readRequest reads a request. Call its method parsed, also if there is a refusal.
func (t httpTransport) readRequest(r *http.Request) (read operationRequest, refusal *admission.Refusal) {
	switch r.Method {
	case http.MethodGet:
		read, refusal = readURL(r.URL.RawQuery)
	case http.MethodPost:
		read, refusal = t.readBody(r)
	default:
		refusal = &admission.Refusal{
			Status: http.StatusMethodNotAllowed, Err: apierror.BadInput("Send operations by POST, or queries by GET."),
		}
	}

	return read, refusal
}

func malformed(format string, args ...any) *admission.Refusal {
	return &admission.Refusal{Status: http.StatusBadRequest, Err: apierror.BadInput(format, args...)}
}

func readURL(rawQuery string) (operationRequest, *admission.Refusal) {
	var request operationRequest

	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return request, malformed("The URL's query is malformed. Percent-encode its parameters.")
	}

	for name, texts := range values {
		if len(texts) > 1 {
			return request, malformed("%s: give this parameter once.", apierror.Shorten(name))
		}

		if !utf8.ValidString(texts[0]) {
			return request, malformed("%s: the parameter is not UTF-8.", apierror.Shorten(name))
		}

		value := []byte(texts[0])

		switch name {
		case "variables", "extensions":
			if !json.Valid(value) {
				return request, malformed("%s: this must be an object.", name)
			}

			if refusal := refuseLoneSurrogates(name, value); refusal != nil {
				return request, refusal
			}
		default:
			value = marshal(texts[0])
		}

		if refusal := request.set(name, value); refusal != nil {
			return request, refusal
		}
	}

	return request.complete()
}

func (t httpTransport) readBody(r *http.Request) (operationRequest, *admission.Refusal) {
	if isEncoded(r.Header) {
		return operationRequest{}, unsupportedEncoding()
	}

	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !isUTF8(parameters["charset"]) {
		// Any web page may send forms and plain text to any server, without a preflight request; see
		// "CORS-safelisted request-header" in the fetch standard. So they are refused.
		return operationRequest{}, &admission.Refusal{
			Status: http.StatusUnsupportedMediaType, Err: apierror.BadInput("Content-Type: send %s in UTF-8.", mediaJSON),
		}
	}

	body, release, refusal := t.bodies.Read(r.Context(), r.Body, r.ContentLength)
	if refusal == nil && r.ContentLength < 0 { // Only now is its length known.
		refusal = t.requests.Count(r.Context(), admission.RequestsOfBody(int64(len(body))))
	}

	if refusal != nil {
		release()

		return operationRequest{}, refusal
	}

	read, refusal := parseRequest(body)
	read.release = release

	return read, refusal
}

// parseRequest reads a request from JSON: the body of a POST, or the payload of a subscribe message. The request
// refers to the text until its variables are decoded.
func parseRequest(text []byte) (operationRequest, *admission.Refusal) {
	var request operationRequest

	text = bytes.TrimSpace(text)

	switch {
	case !utf8.Valid(text):
		return request, malformed("The body is not UTF-8: look at byte %d.", validBytes(text))
	case len(text) > 0 && text[0] == '[':
		return request, malformed("Send one operation in each request. HTTP/2 and keep-alive make batches unnecessary.")
	case len(text) == 0 || text[0] != '{' || !json.Valid(text):
		return request, malformed("The body is not a JSON object with 'query', 'variables' and 'operationName'.")
	}

	if refusal := refuseLoneSurrogates("", text); refusal != nil {
		return request, refusal
	}

	var (
		given   = make(map[string]bool, len(parameterNames))
		refusal *admission.Refusal
	)

	err := eachMember(text, func(name string, value []byte) error {
		if !parameterNames[name] {
			return nil
		}

		if given[name] {
			refusal = malformed("%s: give this parameter once.", name)
		} else {
			refusal = request.set(name, value)
		}

		given[name] = true

		if refusal != nil {
			return refusal.Err
		}

		return nil
	})

	switch {
	case refusal != nil:
		return request, refusal
	case err != nil:
		return request, malformed("The body has more than %d parameters. Send only those of GraphQL.", maxMembers)
	}

	return request.complete()
}

// parameterNames are the parameters that the specification names, and documentId from its appendix on persisted
// documents. All others are ignored.
var parameterNames = map[string]bool{ //nolint:gochecknoglobals // It is never changed.
	"query": true, "operationName": true, "documentId": true, "variables": true, "extensions": true,
}

// set sets a parameter to a JSON value.
func (r *operationRequest) set(name string, value []byte) *admission.Refusal {
	switch name {
	case "query":
		return setText(name, value, &r.query)
	case "operationName":
		return setText(name, value, &r.operationName)
	case "documentId":
		return setText(name, value, &r.document)
	case "variables":
		object, refusal := asObject(name, value)
		r.variables = object

		return refusal
	case "extensions":
		return r.setExtensions(value)
	default:
		return nil
	}
}

func setText(name string, value []byte, into *string) *admission.Refusal {
	if err := json.Unmarshal(value, into); err != nil {
		return malformed("%s: this must be text.", name)
	}

	return nil
}

// asObject returns the JSON object, or nil if the value is null.
func asObject(name string, value []byte) ([]byte, *admission.Refusal) {
	value = bytes.TrimSpace(value)

	switch {
	case bytes.Equal(value, []byte("null")):
		return nil, nil
	case len(value) == 0 || value[0] != '{':
		return nil, malformed("%s: this must be an object.", name)
	default:
		return value, nil
	}
}

// setExtensions reads the hash of a trusted document from the extension documentId, and the hash in Apollo's extension
// persistedQuery. All other extensions are ignored.
func (r *operationRequest) setExtensions(value []byte) *admission.Refusal {
	object, refusal := asObject("extensions", value)
	if refusal != nil || object == nil {
		return refusal
	}

	err := eachMember(object, func(name string, value []byte) error {
		switch name {
		case "documentId":
			refusal = setText("extensions.documentId", value, &r.extension)
		case "persistedQuery":
			r.persisted, refusal = readPersistedQuery(value)
		}

		if refusal != nil {
			return refusal.Err
		}

		return nil
	})

	switch {
	case refusal != nil:
		return refusal
	case err != nil:
		return malformed("extensions: more than %d are given. Send only those that the server knows.", maxMembers)
	}

	return nil
}

// complete checks the request after all its parameters are set.
func (r *operationRequest) complete() (operationRequest, *admission.Refusal) {
	r.document = strings.TrimPrefix(cmp.Or(r.document, r.extension), documentIDScheme)

	if r.query == "" && r.document == "" && r.persisted == "" {
		return *r, malformed("query: it is missing. Send the operation's text.")
	}

	return *r, nil
}
