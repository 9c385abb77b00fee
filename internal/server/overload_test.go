package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
)

// limitConnections sets a limit of connections, as cmd does it.
func limitConnections(c *server.Config, limit int) {
	c.Connections = admission.NewConnections(limit)
	c.Authenticate = c.Connections.Authenticate(c.Authenticate)
}

// client is a connection to a server.
type client struct {
	*testing.T
	net.Conn

	reader *bufio.Reader
}

func connect(t *testing.T, address string) client {
	t.Helper()

	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })

	return client{t, connection, bufio.NewReader(connection)}
}

// get sends a request and returns the status of the response; 0 if the server has closed the connection.
func (c client) get(token string) int {
	_, _ = c.Write([]byte("GET /graphql HTTP/1.1\r\nHost: autoclaim\r\nAuthorization: Bearer " + token + "\r\n\r\n"))

	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0
	}

	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(c, errors.Join(err, response.Body.Close()))

	return response.StatusCode
}

func TestConnectionsOverTheLimitAreClosed(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.Connections = admission.NewConnections(2) // Nothing identifies callers, so all are strangers.
	address, stop, _ := run(t, c)

	defer stop()

	first, second := connect(t, address), connect(t, address)
	require.Equal(t, http.StatusOK, first.get("good"))
	require.Equal(t, http.StatusOK, second.get("good"))
	require.Equal(t, http.StatusOK, connect(t, address).get("good"), "the oldest connection makes room")
	assert.Zero(t, first.get("good"))
}

func TestAFloodOfStrangersClosesNoConnectionOfACaller(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	limitConnections(&c, 32)
	address, stop, _ := run(t, c)

	defer stop()

	caller := connect(t, address)
	require.Equal(t, http.StatusOK, caller.get("good"))

	strangers := make([]client, 100)
	for i := range strangers {
		strangers[i] = connect(t, address)

		if i%2 == 0 {
			_, err := strangers[i].Write([]byte("POST /gra"))
			require.NoError(t, err)
		}
	}

	require.Equal(t, http.StatusOK, connect(t, address).get("good"), "a new client has time to show its token")
	assert.Equal(t, http.StatusOK, caller.get("good"))
	assert.Zero(t, strangers[0].get("good"))
}

func TestOnePrincipalGetsItsShareOfConnections(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	authenticate := c.Authenticate
	c.Authenticate = func(ctx context.Context, token string) (auth.Caller, error) {
		caller, err := authenticate(ctx, "good")
		caller.UserExternalID = token

		return caller, err
	}
	limitConnections(&c, 64)
	address, stop, _ := run(t, c)

	defer stop()

	statuses := make(map[int]int)
	for range 60 {
		statuses[connect(t, address).get("ann")]++
	}

	assert.Equal(t, map[int]int{http.StatusOK: 14, http.StatusServiceUnavailable: 46}, statuses,
		"a quarter of the connections, of which an eighth is for new clients")

	shared := connect(t, address)
	assert.Equal(t, http.StatusOK, shared.get("bob"))
	assert.Equal(t, http.StatusServiceUnavailable, shared.get("ann"), "a connection of a proxy counts for each of its callers")
}

func TestAStrangerThatKeepsSendingIsSlowedDown(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		c := config(new(log))
		c.Refusals = admission.NewRefusals()
		handler := server.New(c).Handler()

		took := func(token string) time.Duration {
			request := httptest.NewRequest(http.MethodPost, "/graphql", http.NoBody)
			if token != "" {
				request.Header.Set("Authorization", "Bearer "+token)
			}

			response, started := httptest.NewRecorder(), time.Now()
			handler.ServeHTTP(response, request)
			require.Equal(t, http.StatusUnauthorized, response.Code)

			return time.Since(started)
		}

		for range 100 { // A burst of 200 responses comes at once.
			require.Zero(t, took("expired"))
			require.Zero(t, took(""))
		}

		assert.Equal(t, 200*time.Millisecond, took("expired"))
		time.Sleep(10 * time.Second)
		assert.Zero(t, took("expired"), "after a pause, responses come at once")
	})
}

func TestAConnectionCountsUntilItIsClosedAlsoAsAWebSocket(t *testing.T) {
	t.Parallel()

	upgraded := make(chan net.Conn, 1)
	c := config(new(log))
	c.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		assert.NoError(t, err)

		upgraded <- connection
	})
	limitConnections(&c, 1)
	address, stop, _ := run(t, c)

	defer stop()

	webSocket := connect(t, address)
	_, err := webSocket.Write([]byte("GET /graphql HTTP/1.1\r\nHost: autoclaim\r\nAuthorization: Bearer good\r\n\r\n"))
	require.NoError(t, err)

	open := <-upgraded
	refused := func() bool {
		response, err := http.Get("http://" + address + "/healthz")

		return err != nil || response.Body.Close() != nil
	}

	assert.True(t, refused())
	require.NoError(t, open.Close())
	assert.Eventually(t, func() bool { return !refused() }, 10*time.Second, 10*time.Millisecond)
}

func TestTheServerReadsNoBodyOfARequestWithoutAToken(t *testing.T) {
	t.Parallel()

	address, stop, _ := run(t, config(new(log)))
	defer stop()

	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)

	defer connection.Close()

	_, err = connection.Write([]byte("POST /graphql HTTP/1.1\r\nHost: autoclaim\r\nContent-Length: 50\r\n\r\n"))
	require.NoError(t, err)

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err, "the response does not wait for the body")
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
}
