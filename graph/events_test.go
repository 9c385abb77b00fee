package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// streamLimit is how long a test waits for an event before it fails.
const streamLimit = 10 * time.Second

// events receives the events of a subscription. It is closed when the stream is complete.
type events <-chan answer

func (e events) next(t *testing.T) answer {
	t.Helper()

	select {
	case event, more := <-e:
		require.True(t, more, "the stream is complete")

		return event
	case <-time.After(streamLimit):
		require.FailNow(t, "there is no event")

		panic("unreachable")
	}
}

// skipTo discards events up to and including the first one that contains the text.
func (e events) skipTo(t *testing.T, text string) {
	t.Helper()

	for !strings.Contains(string(e.next(t).Data), text) { // next fails if there is none.
	}
}

// skipRest discards events until there has been none for half a second.
func (e events) skipRest() {
	for {
		select {
		case <-e:
		case <-time.After(500 * time.Millisecond):
			return
		}
	}
}

func (e events) requireEnd(t *testing.T, code string) {
	t.Helper()
	assert.Equal(t, code, e.next(t).code())

	select {
	case event, more := <-e:
		require.False(t, more, "%s", event.Data)
	case <-time.After(streamLimit):
		require.FailNow(t, "the stream does not end")
	}
}

func (e events) requireSilence(t *testing.T) {
	t.Helper()

	select {
	case event := <-e:
		require.FailNow(t, "unexpected event", "%s %v", event.Data, event.Errors)
	case <-time.After(200 * time.Millisecond):
	}
}

// transports are the transports for subscriptions.
var transports = map[string]func(c *caller, query string) events{
	"server-sent events": (*caller).followEvents, "WebSocket": (*caller).followSocket,
}

func (c *caller) followEvents(query string) events {
	c.t.Helper()

	body, err := json.Marshal(map[string]any{"query": query})
	require.NoError(c.t, err)

	ctx, cancel := context.WithCancel(context.Background())
	c.t.Cleanup(cancel)

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")

	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)

	said := make(chan answer, 100)

	go func() {
		defer close(said)
		defer response.Body.Close()

		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if data, found := strings.CutPrefix(lines.Text(), "data: {"); found {
				var event answer
				if json.Unmarshal([]byte("{"+data), &event) == nil {
					said <- event
				}
			}
		}
	}()

	return said
}

func (c *caller) dial(token string, headers http.Header) (*websocket.Conn, *http.Response, error) {
	connection, response, err := websocket.Dial(context.Background(), c.url+"/graphql",
		&websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: headers, Host: headers.Get("Host"),
		})
	if err != nil {
		return nil, response, err
	}

	c.t.Cleanup(func() { _ = connection.CloseNow() })
	require.NoError(c.t, wsjson.Write(context.Background(), connection,
		map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + token}}))

	return connection, response, nil
}

func (c *caller) followSocket(query string) events {
	c.t.Helper()

	connection, _, err := c.dial(c.token, nil)
	require.NoError(c.t, err)

	said := make(chan answer, 100)
	acknowledged := make(chan struct{})

	go func() {
		defer close(said)

		for {
			var message struct {
				Type    string
				Payload json.RawMessage
			}
			if wsjson.Read(context.Background(), connection, &message) != nil {
				return
			}

			switch message.Type {
			case "connection_ack":
				close(acknowledged)
			case "next":
				var event answer
				if json.Unmarshal(message.Payload, &event) == nil {
					said <- event
				}
			case "error":
				var event answer
				if json.Unmarshal(message.Payload, &event.Errors) == nil {
					said <- event
				}

				return // No further message follows.
			case "complete":
				return
			}
		}
	}()

	<-acknowledged
	require.NoError(c.t, wsjson.Write(context.Background(), connection,
		map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{"query": query}}))

	return said
}

// subscribed waits until the streams are open. A client cannot see when its subscription starts, so subscribed calls
// provoke until each stream has received an event. Events of further calls may still arrive; see skipTo.
func (a *api) subscribed(provoke func(), streams ...events) {
	a.t.Helper()

	for _, stream := range streams {
		open := false

		for wait := 50 * time.Millisecond; !open; wait *= 2 {
			require.Less(a.t, wait, streamLimit, "there is no event")
			provoke()

			select {
			case <-stream:
				open = true
			case <-time.After(wait):
			}
		}
	}
}

func eachTransport(t *testing.T, test func(t *testing.T, a *api, follow func(c *caller, query string) events)) {
	t.Helper()
	each(t, func(t *testing.T, a *api) {
		for name, follow := range transports {
			t.Run(name, func(t *testing.T) {
				inner := *a
				inner.t = t
				test(t, &inner, follow)
			})
		}
	})
}
