package server_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/server"
)

// run starts a server and returns its address, a function that stops it, and a channel with the result of Run.
func run(t *testing.T, c server.Config) (address string, stop func(), ended <-chan error) {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)

	done := make(chan error, 1)
	go func() { done <- server.New(c).Run(ctx, listener) }()

	return listener.Addr().String(), stop, done
}

func TestRequestsInFlightFinishAtShutdown(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	entered, release := make(chan struct{}), make(chan struct{})
	c.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = w.Write([]byte("finished"))
	})
	address, stop, ended := run(t, c)

	answered := make(chan string, 1)
	go func() {
		_, body := send(t, http.MethodPost, "http://"+address+"/graphql", "good", "")
		answered <- body
	}()

	<-entered
	stop()

	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}

		return err != nil
	}, 5*time.Second, 5*time.Millisecond, "no new connections are taken")

	close(release)
	assert.Equal(t, "finished", <-answered)
	assert.NoError(t, <-ended)
}

func TestStreamsEndAtShutdown(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	entered, ending := make(chan struct{}), make(chan struct{})
	c.EndStreams = func() { close(ending) }
	c.GraphQL = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-ending
	})
	address, stop, ended := run(t, c)

	var client sync.WaitGroup
	client.Go(func() { send(t, http.MethodPost, "http://"+address+"/graphql", "good", "") })

	<-entered
	stop()
	client.Wait()
	assert.NoError(t, <-ended)
}

func TestRequestsThatDoNotFinishBeforeTheShutdownTimeoutAreAborted(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.ShutdownTimeout = 50 * time.Millisecond
	entered := make(chan struct{})
	c.GraphQL = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	})
	address, stop, ended := run(t, c)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/graphql", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer good")

	cut := make(chan error, 1)
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}

		cut <- err
	}()

	<-entered
	stop()
	assert.ErrorContains(t, <-ended, "did not finish in time")
	assert.Error(t, <-cut)
}
