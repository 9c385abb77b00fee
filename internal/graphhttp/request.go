package graphhttp

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// requestProblem is the error of a request that cannot be read, and the status of the response.
type requestProblem struct {
	status int
	err    error
}

// readParams reads the parameters of a request. Call release when the parameters are no longer used.
func (t httpTransport) readParams(r *http.Request) (read *graphql.RawParams, release func(), problem *requestProblem) {
	release = func() {}

	switch r.Method {
	case http.MethodGet:
		read, problem = readURL(r.URL.RawQuery)
	case http.MethodPost:
		read, release, problem = t.readBody(r)
	default:
		problem = &requestProblem{
			http.StatusMethodNotAllowed, apierror.BadInput("Send operations by POST, or queries by GET."),
		}
	}

	return read, release, problem
}

func malformed(format string, args ...any) *requestProblem {
	return &requestProblem{http.StatusBadRequest, apierror.BadInput(format, args...)}
}

func readURL(rawQuery string) (*graphql.RawParams, *requestProblem) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, malformed("The URL's query is malformed. Percent-encode its parameters.")
	}

	request := make(map[string]json.RawMessage, len(values))

	for name, texts := range values {
		if len(texts) > 1 {
			return nil, malformed("%s: give this parameter once.", apierror.Shorten(name))
		}

		if !utf8.ValidString(texts[0]) {
			return nil, malformed("%s: the parameter is not UTF-8.", apierror.Shorten(name))
		}

		switch name {
		case "variables", "extensions":
			request[name] = json.RawMessage(texts[0])
		default:
			request[name] = marshal(texts[0])
		}
	}

	return params(request)
}

func (t httpTransport) readBody(r *http.Request) (*graphql.RawParams, func(), *requestProblem) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !isUTF8(parameters["charset"]) {
		// Any web page may send forms and plain text to any server, without a preflight request; see
		// "CORS-safelisted request-header" in the fetch standard. So they are refused.
		return nil, func() {}, &requestProblem{http.StatusUnsupportedMediaType, apierror.BadInput("Content-Type: send %s in UTF-8.", mediaJSON)}
	}

	body, release, refusal := t.bodies.Read(r.Context(), r.Body, r.ContentLength)
	if refusal != nil {
		return nil, release, &requestProblem{refusal.Status, refusal.Err}
	}

	read, problem := parseBody(bytes.TrimSpace(body))

	return read, release, problem
}

func parseBody(text []byte) (*graphql.RawParams, *requestProblem) {
	switch {
	case !utf8.Valid(text):
		return nil, malformed("The body is not UTF-8.")
	case len(text) > 0 && text[0] == '[':
		return nil, malformed("Send one operation in each request. HTTP/2 and keep-alive make batches unnecessary.")
	}

	var request map[string]json.RawMessage
	if err := json.Unmarshal(text, &request); err != nil || request == nil {
		return nil, malformed("The body is not a JSON object with 'query', 'variables' and 'operationName'.")
	}

	return params(request)
}

// params reads the parameters that the specification names, and documentId from its appendix on persisted
// documents. It ignores all others.
func params(request map[string]json.RawMessage) (*graphql.RawParams, *requestProblem) {
	var (
		read       graphql.RawParams
		documentID string
	)

	for _, parameter := range []struct {
		name   string
		into   any
		expect string
	}{
		{"query", &read.Query, "text"},
		{"operationName", &read.OperationName, "text"},
		{"documentId", &documentID, "text"},
		{"variables", &read.Variables, "an object"},
		{"extensions", &read.Extensions, "an object"},
	} {
		raw, given := request[parameter.name]
		if !given {
			continue
		}

		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()

		if err := decoder.Decode(parameter.into); err != nil || decoder.More() {
			return nil, malformed("%s: this must be %s.", parameter.name, parameter.expect)
		}
	}

	if documentID != "" {
		if read.Extensions == nil {
			read.Extensions = make(map[string]any)
		}

		read.Extensions[documentIDExtension] = documentID
	}

	if read.Query == "" && documentOf(&read) == "" {
		return nil, malformed("query: it is missing. Send the operation's text.")
	}

	return &read, nil
}
