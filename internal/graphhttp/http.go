package graphhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// The media types of responses.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
	mediaEvents   = "text/event-stream"
)

// httpTransport is GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/) by GET and POST, with
// server-sent events for subscriptions. gqlgen's own transports do not implement all of the specification.
type httpTransport struct {
	requests admission.Requests
	bodies   *admission.Bodies
	timeout  time.Duration
	prepare  *preparer
}

// Supports implements [graphql.Transport]: webSocketTransport handles upgrades.
func (httpTransport) Supports(r *http.Request) bool { return r.Header.Get("Upgrade") == "" }

// Do implements [graphql.Transport].
func (t httpTransport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	w.Header().Add("Vary", "Accept")

	media, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		reject(w, exec, r, mediaJSON, http.StatusNotAcceptable, apierror.BadInput(
			"Accept: this server responds with %s, %s or %s. Accept one of them.", mediaResponse, mediaJSON, mediaEvents))

		return
	}

	if refusal := t.requests.Count(r.Context(), 1+admission.RequestsOfBody(r.ContentLength)); refusal != nil {
		refuse(w, exec, r, media, refusal)

		return
	}

	started := graphql.Now()

	request, refusal := t.readRequest(r)
	defer request.parsed()

	if refusal != nil {
		explain(w, r, refusal)
		refuse(w, exec, r, media, refusal)

		return
	}

	leave, refusal := t.requests.Begin(r.Context())
	if refusal != nil {
		refuse(w, exec, r, media, refusal)

		return
	}
	defer leave()

	request.headers = r.Header
	request.readTime = graphql.TraceTiming{Start: started, End: graphql.Now()}

	operation, errs := t.prepare.operation(r.Context(), exec, request)

	ctx := graphql.WithOperationContext(r.Context(), operation.OperationContext)

	free, refusal := t.requests.Reserve(ctx, operation.responseBytes)
	if refusal != nil {
		refuse(w, exec, r, media, refusal)

		return
	}
	defer free()

	if errs != nil {
		respond(w, media, statusOf(media, errs), exec.DispatchError(ctx, errs))

		return
	}

	t.run(ctx, w, r, exec, media, operation.OperationContext, func() {
		leave()
		free()
	})
}

// run executes an operation and sends its response. A stream that has begun calls begun.
func (t httpTransport) run(
	ctx context.Context, w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor,
	media string, operation *graphql.OperationContext, begun func(),
) {
	kind := operation.Operation.Operation

	switch {
	case kind == ast.Subscription && media != mediaEvents && !acceptsEvents(r.Header.Values("Accept")):
		reject(w, exec, r, media, http.StatusBadRequest, apierror.BadInput(
			"A subscription needs a stream. Accept %s, or use a WebSocket with graphql-transport-ws.", mediaEvents))
	case kind != ast.Query && r.Method == http.MethodGet:
		w.Header().Set("Allow", "POST")
		reject(w, exec, r, media, http.StatusMethodNotAllowed, apierror.BadInput(
			"A GET request cannot change anything. Send this operation by POST."))
	case media == mediaEvents || kind == ast.Subscription:
		if kind == ast.Subscription {
			begun() // A stream lasts long, and its responses are short. admission.Streams limits streams.
		}

		t.stream(ctx, w, exec, operation)
	default:
		ctx, cancel := context.WithTimeout(ctx, t.timeout)
		defer cancel()

		responses, ctx := exec.DispatchOperation(ctx, operation)

		response := responses(ctx)
		if response == nil { // It timed out before it started.
			reject(w, exec, r, media, http.StatusServiceUnavailable, ctx.Err())

			return
		}

		respond(w, media, http.StatusOK, response)
	}
}
