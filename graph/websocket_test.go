package graph_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestAMalformedFirstMessageClosesTheWebSocket(t *testing.T) {
	t.Parallel()

	const limit = 20

	a := serve(t, storetest.SQLite(t))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() {
		ended <- server.New(server.Config{
			GraphQL: a.handlers.GraphQL, Authenticate: server.Authenticator(a.issuer.Verifier(), a.world.Store),
			Ready: a.world.Store.Ping, Logger: storetest.Logger(), Connections: admission.NewConnections(limit), EndStreams: a.handlers.EndStreams,
		}).Run(ctx, listener)
	}()

	dial := func() (connection *websocket.Conn) {
		require.Eventually(t, func() bool {
			var err error
			connection, _, err = websocket.Dial(ctx, "ws://"+listener.Addr().String()+"/graphql",
				&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})

			return err == nil
		}, 10*time.Second, 10*time.Millisecond, "the server has closed the connections before this one")

		return connection
	}

	for message, code := range map[string]websocket.StatusCode{
		`{"type": "connection_init", "payload": [1]}`:                                          4400,
		`{"type": "connection_init", "payload": "x"}`:                                          4400,
		`{"type": "connection_init", "payload": {"x": "` + strings.Repeat("x", 32<<10) + `"}}`: websocket.StatusMessageTooBig,
		`{"type": "subscribe", "id": "1"}`:                                                     websocket.StatusProtocolError,
		`{"type": "connection_init", "payload": {"Authorization": "Bearer x"}}`:                4401,
		`{`: websocket.StatusProtocolError,
	} {
		// More than the server accepts at once, and half of them hang up instead of waiting for the close frame.
		for i := range 2 * limit {
			connection := dial()
			require.NoError(t, connection.Write(ctx, websocket.MessageText, []byte(message)))

			if i%2 == 0 {
				reading, cancel := context.WithTimeout(ctx, 10*time.Second)

				_, _, err := connection.Read(reading)
				for err == nil { // Some errors are sent as a message first.
					_, _, err = connection.Read(reading)
				}

				cancel()

				require.Equal(t, code, websocket.CloseStatus(err), "%.80s: %v", message, err)
			}

			_ = connection.CloseNow()
		}
	}

	stop()
	require.NoError(t, <-ended)
}
