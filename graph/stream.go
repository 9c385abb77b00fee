package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// streamWriteTimeout ends a stream whose client takes no more.
	streamWriteTimeout = 10 * time.Second
	// streamKeepAlive is how often a quiet stream shows that it lives; proxies cut off those that don't.
	streamKeepAlive = 15 * time.Second
)

// stream answers an operation with server-sent events, one for each response, by the "distinct
// connections mode" of the GraphQL over SSE protocol.
func (t overHTTP) stream(
	ctx context.Context, w http.ResponseWriter, exec graphql.GraphExecutor, operation *graphql.OperationContext,
) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	if operation.Operation.Operation != ast.Subscription {
		ctx, cancel = context.WithTimeout(ctx, t.limits.Timeout)
		defer cancel()
	}

	connection := http.NewResponseController(w)
	// A stream has no end to wait for: each write has its own time.
	_ = connection.SetReadDeadline(time.Time{})

	w.Header().Set("Content-Type", mediaEvents+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")

	responses, ctx := exec.DispatchOperation(ctx, operation)
	ready := make(chan []byte)

	go func() {
		defer close(ready)

		for response := responses(ctx); response != nil; response = responses(ctx) {
			select {
			case ready <- encode(response):
			case <-ctx.Done():
				return
			}
		}
	}()
	// The responses' goroutine ends with the context or with the stream, and before this handler does.
	defer func() {
		cancel()

		for range ready { // Until it is closed.
		}
	}()

	send := func(event string) bool {
		_ = connection.SetWriteDeadline(time.Now().Add(streamWriteTimeout))

		if _, err := w.Write([]byte(event)); err != nil {
			return false
		}

		return connection.Flush() == nil
	}

	keepAlive := time.NewTicker(streamKeepAlive)
	defer keepAlive.Stop()

	for alive := send(":\n\n"); alive; {
		select {
		case response, more := <-ready:
			if !more {
				_ = send("event: complete\ndata: \n\n")

				return
			}

			alive = send("event: next\ndata: " + string(response) + "\n\n")
		case <-keepAlive.C:
			alive = send(":\n\n")
		}
	}
}
