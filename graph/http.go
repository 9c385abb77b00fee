package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The media types of answers.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
	mediaEvents   = "text/event-stream"
)

// overHTTP is GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/) by GET and POST, with
// server-sent events for subscriptions. gqlgen's own transports leave some of the specification out.
type overHTTP struct {
	limits Limits
	admit  func(Caller) (time.Duration, bool)
	places *Places
}

// Supports implements [graphql.Transport]: WebSockets have a transport of their own.
func (overHTTP) Supports(r *http.Request) bool { return r.Header.Get("Upgrade") == "" }

// Do implements [graphql.Transport].
func (t overHTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	w.Header().Add("Vary", "Accept")

	media, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		reject(w, exec, r, mediaJSON, http.StatusNotAcceptable, badInput(
			"Accept: this server answers with %s, %s or %s. Accept one of them.", mediaResponse, mediaJSON, mediaEvents))

		return
	}

	if !admitted(w, r, t.admit) {
		reject(w, exec, r, media, http.StatusTooManyRequests, errRateLimited())

		return
	}

	giveBack, ok := takePlace(w, r, t.places)
	if !ok {
		reject(w, exec, r, media, http.StatusServiceUnavailable, errOverloaded())

		return
	}
	defer giveBack()

	started := graphql.Now()

	params, problem := readParams(r)
	if problem != nil {
		if problem.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, POST")
		}

		reject(w, exec, r, media, problem.status, problem.err)

		return
	}

	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: started, End: graphql.Now()}

	operation, errs := exec.CreateOperationContext(r.Context(), params)
	ctx := graphql.WithOperationContext(r.Context(), operation)

	switch {
	case errs != nil:
		respond(w, media, statusOf(media, errs), exec.DispatchError(ctx, errs))
	case operation.Operation.Operation == ast.Subscription && media != mediaEvents:
		reject(w, exec, r, media, http.StatusBadRequest, badInput(
			"Subscriptions are streams. Accept %s, or use a WebSocket with graphql-transport-ws.", mediaEvents))
	case operation.Operation.Operation != ast.Query && r.Method == http.MethodGet:
		w.Header().Set("Allow", "POST")
		reject(w, exec, r, media, http.StatusMethodNotAllowed, badInput(
			"A GET request changes nothing. Send this operation by POST."))
	case media == mediaEvents:
		if operation.Operation.Operation == ast.Subscription {
			giveBack() // Streams last, and have a limit of their own.
		}

		t.stream(ctx, w, exec, operation)
	default:
		ctx, cancel := context.WithTimeout(ctx, t.limits.Timeout)
		defer cancel()

		responses, ctx := exec.DispatchOperation(ctx, operation)

		response := responses(ctx)
		if response == nil { // Its time was up before it began.
			reject(w, exec, r, media, http.StatusServiceUnavailable, ctx.Err())

			return
		}

		respond(w, media, http.StatusOK, response)
	}
}

// reject answers a request that did not become an operation.
func reject(w http.ResponseWriter, exec graphql.GraphExecutor, r *http.Request, media string, status int, err error) {
	if media == mediaEvents {
		media = mediaJSON
	}

	respond(w, media, status, exec.DispatchError(r.Context(), gqlerror.List{gqlerror.WrapIfUnwrapped(err)}))
}

// statusOf is the status of an operation that was not begun. Where the media type cannot be mistaken for
// something other than GraphQL's, the status says so; application/json promises no more than a valid request.
func statusOf(media string, errs gqlerror.List) int {
	if media == mediaJSON {
		return http.StatusOK
	}

	for _, err := range errs {
		switch err.Extensions["code"] {
		case CodeForbidden:
			return http.StatusForbidden
		case CodeInternal:
			return http.StatusInternalServerError
		}
	}

	return http.StatusBadRequest
}

// respond writes a response. Errors come first, as the specification recommends, and what was not begun
// has no data at all.
func respond(w http.ResponseWriter, media string, status int, response *graphql.Response) {
	if media == mediaEvents {
		media = mediaJSON
	}

	retryLater(w, response.Errors)

	body := encode(response)
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // A failing client connection is not ours to report.
}

// encode writes a response as JSON. Its data is JSON already and is not read again.
func encode(response *graphql.Response) []byte {
	var body bytes.Buffer

	body.Grow(len(response.Data) + 64) //nolint:mnd // Room for what is around the data.
	body.WriteByte('{')

	separator := ""
	field := func(name string, value []byte) {
		fmt.Fprintf(&body, "%s%q:", separator, name)
		body.Write(value)

		separator = ","
	}

	if len(response.Errors) > 0 {
		field("errors", marshal(response.Errors))
	}

	if len(response.Data) > 0 {
		field("data", response.Data)
	}

	if len(response.Extensions) > 0 {
		field("extensions", marshal(response.Extensions))
	}

	body.WriteByte('}')

	return body.Bytes()
}

// marshal encodes what always has a JSON form: errors and extensions hold text, numbers and lists.
func marshal(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Errorf("encode a response: %w", err)) // The recovering handler logs and answers it.
	}

	return encoded
}

// negotiate returns the media type that the client likes best, or false if it takes none of ours.
func negotiate(accept []string) (string, bool) {
	if len(accept) == 0 {
		return mediaJSON, true
	}

	best, bestQuality := "", 0.0

	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		asked, parameters, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil || !isUTF8(parameters["charset"]) {
			continue
		}

		quality := 1.0
		if q, given := parameters["q"]; given {
			if quality, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}

		media := ""

		switch asked {
		case mediaJSON, mediaResponse, mediaEvents:
			media = asked
		case "*/*", "application/*":
			media = mediaJSON
		}

		if media != "" && quality > bestQuality {
			best, bestQuality = media, quality
		}
	}

	return best, best != ""
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// requestProblem is why a request cannot be read, and the status that says so.
type requestProblem struct {
	status int
	err    error
}

func readParams(r *http.Request) (*graphql.RawParams, *requestProblem) {
	switch r.Method {
	case http.MethodGet:
		return readURL(r.URL.RawQuery)
	case http.MethodPost:
		return readBody(r)
	default:
		return nil, &requestProblem{http.StatusMethodNotAllowed, badInput("Send operations by POST, or queries by GET.")}
	}
}

func malformed(format string, args ...any) *requestProblem {
	return &requestProblem{http.StatusBadRequest, badInput(format, args...)}
}

func readURL(rawQuery string) (*graphql.RawParams, *requestProblem) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, malformed("The URL's query is malformed. Percent-encode its parameters.")
	}

	request := make(map[string]json.RawMessage, len(values))

	for name, texts := range values {
		if len(texts) > 1 {
			return nil, malformed("%s: give this parameter once.", shorten(name))
		}

		if !utf8.ValidString(texts[0]) {
			return nil, malformed("%s: the parameter is not UTF-8.", shorten(name))
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

func readBody(r *http.Request) (*graphql.RawParams, *requestProblem) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !isUTF8(parameters["charset"]) {
		// Forms and plain text, which any web page may send anywhere, are not taken: see the fetch standard's
		// "CORS-safelisted request-header".
		return nil, &requestProblem{http.StatusUnsupportedMediaType, badInput("Content-Type: send %s in UTF-8.", mediaJSON)}
	}

	var body bytes.Buffer
	if _, err := body.ReadFrom(r.Body); err != nil {
		return nil, malformed("The request's body did not arrive. Send it again.")
	}

	text := bytes.TrimSpace(body.Bytes())

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

// params reads the parameters that the specification names, and documentId of its appendix on persisted
// documents. It ignores others.
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
		return nil, malformed("query: there is none. Send the operation's text.")
	}

	return &read, nil
}

// requestError makes an error of an operation that is not begun, with its code.
func requestError(code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	errcode.Set(err, code)

	return err
}
