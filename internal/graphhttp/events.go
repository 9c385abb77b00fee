package graphhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// streamWriteTimeout is how long one write may take. A client that no longer reads is disconnected after it.
	streamWriteTimeout = 10 * time.Second
	// streamKeepAlive is the interval of comments that keep proxies from closing an idle stream.
	streamKeepAlive = 15 * time.Second
)

// stream sends the responses of an operation as server-sent events, in the "distinct connections mode" of the
// GraphQL over SSE protocol.
func (t httpTransport) stream(
	ctx context.Context, w http.ResponseWriter, exec graphql.GraphExecutor, operation *graphql.OperationContext,
) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	if operation.Operation.Operation != ast.Subscription {
		ctx, cancel = context.WithTimeout(ctx, t.timeout)
		defer cancel()
	}

	connection := http.NewResponseController(w)
	// The stream has no time limit, but each write has one.
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
	// The goroutine above ends when the context or the stream ends, and this handler waits for it.
	defer func() {
		cancel()

		for range ready { // Wait until it is closed.
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
