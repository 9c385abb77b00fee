package graph_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// hangUps are ways in which a client leaves a WebSocket.
func hangUps(token string) map[string]func(w wire) {
	authenticate := func(w wire) {
		w.send(textFrame(initMessage(token)))
		w.receive()
	}
	stream := func(w wire) {
		authenticate(w)
		w.send(textFrame(subscribeMessage("1", poolQuery)))
	}

	return map[string]func(w wire){
		"before the init":            func(wire) {},
		"in a header":                func(w wire) { w.send("\x81") },
		"in the init":                func(w wire) { w.send(frame(1, 10_000, `{"type": "connection_init", `)) },
		"in a frame without an end":  func(w wire) { w.send(frame(1, 1<<40, strings.Repeat("x", 30<<10))) },
		"in a fragmented message":    func(w wire) { w.send("\x01" + frame(1, 5, `{"typ`)[1:]) },
		"after a malformed init":     func(w wire) { w.send(textFrame(`{"type": "connection_init", "payload": [1]}`)) },
		"after a malformed message":  func(w wire) { w.send(textFrame(`{`)) },
		"after a malformed token":    func(w wire) { w.send(textFrame(initMessage("x"))) },
		"after an init unread":       func(w wire) { w.send(textFrame(initMessage(token))) },
		"after the acknowledgement":  authenticate,
		"after a ping":               func(w wire) { authenticate(w); w.send(frame(9, 4, "ping")) },
		"after a close frame":        func(w wire) { authenticate(w); w.send(frame(8, 2, "\x03\xe8")) },
		"after a broken close frame": func(w wire) { w.send(frame(8, 1, "\x03")) },
		"after an unmasked frame":    func(w wire) { w.send("\x81\x02{}") },
		"after an unknown frame":     func(w wire) { w.send(frame(3, 0, "")) },
		"after a compressed frame":   func(w wire) { w.send("\xc1" + textFrame("{}")[1:]) },
		"after a binary frame":       func(w wire) { w.send(frame(2, 2, "{}")) },
		"after half a connection": func(w wire) {
			authenticate(w)

			if tcp, ok := w.Conn.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}

			w.receive()
		},
		"with a reset": func(w wire) {
			authenticate(w)

			if tcp, ok := w.Conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		},
		"with a stream":          stream,
		"with a stream, mid-way": func(w wire) { stream(w); w.send(frame(1, 60_000, `{"type": "pi`)) },
		"with the same id twice": func(w wire) { stream(w); w.send(textFrame(subscribeMessage("1", poolQuery))) },
	}
}

// This test is not parallel because it counts the goroutines and the file descriptors of the whole process.
func TestNoEndOfAWebSocketLeavesAGoroutineOrAFileDescriptor(t *testing.T) {
	const atOnce, rounds = 10, 10

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	descriptors := func() int {
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return 0 // Only Linux has this directory.
		}

		return len(files)
	}
	round := func() int {
		ends := hangUps(admin.token)

		for name, leave := range ends {
			var clients sync.WaitGroup

			for range atOnce {
				clients.Go(func() {
					w, err := a.openWire()
					if assert.NoError(t, err, name) {
						leave(w)
						_ = w.Close()
					}
				})
			}

			clients.Wait()
		}

		return atOnce * len(ends)
	}

	round() // What is kept for later requests, such as connections of the database, is open now.
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 0 }, streamLimit, time.Millisecond)
	time.Sleep(3 * time.Second) // The server waits for answers to its close frames.

	goroutines, files, opened := runtime.NumGoroutine(), descriptors(), 0

	for range rounds {
		opened += round()
	}

	const spare = 10 // The database may have opened connections.

	assert.Greater(t, opened, 2000)
	assert.Eventually(t, func() bool {
		return runtime.NumGoroutine() <= goroutines+spare && descriptors() <= files+spare && a.handlers.OpenStreams() == 0
	}, streamLimit, 10*time.Millisecond, "before: %d goroutines, %d files; after: %d, %d",
		goroutines, files, runtime.NumGoroutine(), descriptors())
}

func TestAClientThatKeepsSendingWhileAWebSocketClosesIsDisconnected(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))

	w, err := a.openWire()
	require.NoError(t, err)

	defer w.Close()

	w.send(frame(1, 1<<40, strings.Repeat("x", 30<<10))) // The server has refused it now, and discards the rest.

	assert.Eventually(t, func() bool {
		_, err := w.Write([]byte("x"))

		return err != nil
	}, streamLimit, 50*time.Millisecond)
}

// This test is not parallel because it measures the memory of the whole process.
func TestNothingOfAnInitButTheTokenIsKept(t *testing.T) {
	const sockets, each = 200, 64 << 10

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	heap := func() int64 {
		var stats runtime.MemStats

		runtime.GC()
		runtime.ReadMemStats(&stats)

		return int64(stats.HeapAlloc)
	}

	// As a tree of Go values, the payload would need fifty times its size.
	init := fmt.Sprintf(`{"type": "connection_init", "payload": {"Authorization": "Bearer %s", "x": [%s{}]}}`,
		admin.token, strings.Repeat(`{"":0},`, 2500))
	require.Less(t, len(init), 20<<10)
	admin.openSocket()

	before := heap()

	for range sockets {
		s := a.open(t)
		s.send(init)
		require.Equal(t, "connection_ack", s.receive().Type)
	}

	assert.Less(t, heap()-before, int64(sockets*each), "bytes for both ends of all sockets")
}

func TestMessagesOfWebSocketsCountAgainstTheRateOfTheirPrincipal(t *testing.T) {
	t.Parallel()

	const tooMany = 102

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.RateLimit.PerSecond = 0.001 }) // A burst of one.
	tenant := a.world.NewTenant(t, "acme")
	limited := func(user string) *socket {
		c := a.as(tenant, user, auth.RoleGlobalAdmin)
		s := c.openSocket() // This is the burst.
		assert.Equal(t, "RATE_LIMITED", c.do(`{ __typename }`, nil).code(), "requests over HTTP count as well")

		return s
	}

	s := limited("ada")
	s.send(`{"type": "subscribe", "id": "1", "payload": "not even looked at"}`)

	refused := s.receive()
	assert.Equal(t, "error", refused.Type)
	assert.Equal(t, "1", refused.ID)
	assert.JSONEq(t, `[{"message": "Too many requests. Wait as long as retryAfter says, and send fewer.",
		"extensions": {"code": "RATE_LIMITED", "retryAfter": 1000}}]`, string(refused.Payload))

	for name, message := range map[string]string{
		"subscribe": subscribeMessage("1", poolQuery), "ping": `{"type": "ping"}`, "pong": `{"type": "pong"}`,
		"complete": `{"type": "complete", "id": "1"}`,
	} {
		flooding := limited(name)
		for range tooMany {
			_ = flooding.connection.Write(t.Context(), websocket.MessageText, []byte(message)) // It is closed at some time.
		}

		assert.Equal(t, websocket.CloseError{
			Code: websocket.StatusPolicyViolation, Reason: "RATE_LIMITED: You kept sending messages over the rate limit.",
		}, flooding.closed(), name)
	}

	w, err := a.openWire()
	require.NoError(t, err)

	defer w.Close()

	w.send(strings.Repeat(frame(9, 0, ""), tooMany+10))

	for received := "-"; !strings.Contains(received, "RATE_LIMITED"); received = w.receive() {
		if _, err := w.reader.Peek(1); !assert.NoError(t, err, "ping frames count as well") {
			break
		}
	}

	c := a.as(tenant, "eve", auth.RoleGlobalAdmin)
	assert.Empty(t, c.do(`{ __typename }`, nil).Errors)

	opening := a.open(t)
	opening.send(initMessage(c.token))
	assert.Equal(t, websocket.StatusTryAgainLater, opening.closed().Code, "an init counts as well")
}

func TestAStreamHoldsNoPlaceOfRequests(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.MaxInFlight = 1 })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	s := admin.openSocket()

	for i := range 3 {
		s.send(subscribeMessage(fmt.Sprint(i), poolQuery), subscribeMessage(fmt.Sprint("bad-", i), `subscription { x }`))

		for refused := s.receive(); refused.code() != validationFailed; refused = s.receive() {
			// The place of the first is free after its dispatch, which may be later than the arrival of the second.
			require.Equal(t, "OVERLOADED", refused.code())
			s.send(subscribeMessage(fmt.Sprint("bad-", i), `subscription { x }`))
		}

		require.Eventually(t, func() bool { return a.handlers.OpenStreams() == i+1 }, streamLimit, time.Millisecond)
	}

	assert.Eventually(t, func() bool { return admin.do(`{ __typename }`, nil).code() == "" }, streamLimit, time.Millisecond)
}

func TestAWebSocketWhoseClientDoesNotReadIsClosed(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.WebSockets.Write = 200 * time.Millisecond })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	w, err := a.openWire()
	require.NoError(t, err)

	defer w.Close()

	w.send(textFrame(initMessage(admin.token)) + textFrame(subscribeMessage("1", poolQuery)))
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 1 }, streamLimit, time.Millisecond)

	// The buffers of both ends are full after some of these.
	ping := textFrame(`{"type": "ping", "payload": {"x": "` + strings.Repeat("x", 60_000) + `"}}`)

	assert.Eventually(t, func() bool {
		_, err := w.Write([]byte(ping))

		return err != nil
	}, 3*streamLimit, time.Microsecond)
	assert.Eventually(t, func() bool { return a.handlers.OpenStreams() == 0 }, streamLimit, time.Millisecond)
}

func TestARequestThatOpensAWebSocketMayHaveNoBody(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	for name, header := range map[string]string{
		"a length": "Content-Length: 1048576", "chunks": "Transfer-Encoding: chunked",
		"a token": "Content-Length: 1\r\nAuthorization: Bearer " + admin.token,
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			connection, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
			require.NoError(t, err)
			require.NoError(t, connection.SetDeadline(time.Now().Add(streamLimit)))

			_, err = fmt.Fprintf(connection, "%s /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"+
				"Sec-WebSocket-Protocol: graphql-transport-ws\r\n%s\r\n\r\n", method, header)
			require.NoError(t, err)

			answered, err := io.ReadAll(connection)
			require.NoError(t, err, "the server closes the connection")
			assert.Contains(t, string(answered), "400 Bad Request", name)
			assert.Contains(t, string(answered), `"BAD_USER_INPUT"`, name)
			require.NoError(t, connection.Close())
		}
	}
}
