package server_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

func TestConnectionsOverTheLimitAreClosed(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.MaxConnections = 2
	address, stop, _ := run(t, c)

	defer stop()

	connect := func() net.Conn {
		connection, err := net.Dial("tcp", address)
		require.NoError(t, err)

		return connection
	}
	answered := func(connection net.Conn) bool {
		_, _ = connection.Write([]byte("GET /healthz HTTP/1.1\r\nHost: autoclaim\r\n\r\n"))
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)

		return err == nil && response.Body.Close() == nil
	}

	first, second := connect(), connect()
	defer second.Close()

	require.True(t, answered(first))
	require.True(t, answered(second))

	third := connect()
	defer third.Close()

	assert.False(t, answered(third))
	require.NoError(t, first.Close())
	assert.Eventually(t, func() bool {
		again := connect()
		defer again.Close()

		return answered(again)
	}, 10*time.Second, 10*time.Millisecond, "a new connection is accepted after one was closed")
}

func TestAConnectionCountsUntilItIsClosedAlsoAsAWebSocket(t *testing.T) {
	t.Parallel()

	upgraded := make(chan net.Conn, 1)
	c := config(new(log))
	c.MaxConnections = 1
	c.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		assert.NoError(t, err)

		upgraded <- connection
	})
	address, stop, _ := run(t, c)

	defer stop()

	webSocket, err := net.Dial("tcp", address)
	require.NoError(t, err)

	defer webSocket.Close()

	_, err = webSocket.Write([]byte("GET /graphql HTTP/1.1\r\nHost: autoclaim\r\nAuthorization: Bearer good\r\n\r\n"))
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

func TestTheBytesOfRequestsInMemoryAreBounded(t *testing.T) {
	t.Parallel()

	const most = 64 << 20

	var (
		c        = config(new(log))
		waiting  = make(chan struct{})
		release  = make(chan struct{})
		requests sync.WaitGroup
	)

	c.MaxBodyBytes = most
	c.GraphQL = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		waiting <- struct{}{}
		<-release
	})
	url := serve(t, c) + "/graphql"

	requests.Go(func() { send(t, http.MethodPost, url, "good", strings.Repeat(" ", most-10)) })
	<-waiting

	response, body := send(t, http.MethodPost, url, "good", "more than there is room for")
	requireError(t, response, body, http.StatusServiceUnavailable, apierror.CodeOverloaded)
	assert.Equal(t, "1", response.Header.Get("Retry-After"))

	requests.Go(func() { send(t, http.MethodPost, url, "good", "small") })
	<-waiting
	close(release)
	requests.Wait()
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
