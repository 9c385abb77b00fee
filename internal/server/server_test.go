package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/requestid"
	"github.com/autoclaim/autoclaim/internal/server"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// log holds what a server logged. It is safe for concurrent use.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.String()
}

// config returns a configuration with a handler that responds "hello" to the token "good". Other tokens are errors.
func config(out *log) server.Config {
	bodies := admission.NewBodies(100, 0, nil)
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, release, refusal := bodies.Read(r.Context(), r.Body, r.ContentLength)
		if refusal != nil {
			refusal.Write(w, r)

			return
		}
		defer release()

		_, deadline := r.Context().Deadline()
		_, _ = fmt.Fprintf(w, "hello %s deadline=%v id=%s", body, deadline, requestid.From(r.Context()))
	})

	return server.Config{
		GraphQL: hello, ClaimsCSV: hello,
		Logger: slog.New(slog.NewTextHandler(out, nil)),
		Ready:  func(context.Context) error { return nil },
		Authenticate: func(_ context.Context, token string) (auth.Caller, error) {
			return auth.Caller{}, map[string]error{
				"good":     nil,
				"expired":  fmt.Errorf("verify: %w", &auth.TokenError{Reason: "The token has expired."}),
				"no-keys":  fmt.Errorf("verify: %w", auth.ErrKeysUnavailable),
				"stranger": auth.ErrUnknownTenant,
				"broken":   errors.New("secret detail of the database"),
				"outage":   fmt.Errorf("find the tenant: %w", &net.OpError{Op: "dial", Err: errors.New("secret address")}),
				"slow":     fmt.Errorf("find the tenant: %w", context.DeadlineExceeded),
			}[token]
		},
	}
}

func serve(t *testing.T, c server.Config) string {
	t.Helper()

	s := httptest.NewServer(server.New(c).Handler())
	t.Cleanup(s.Close)

	return s.URL
}

func send(t *testing.T, method, url, token, body string, headers ...string) (*http.Response, string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)

	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer response.Body.Close()

	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response, string(raw)
}

// requireError fails unless the response is an error with the code, in the shape of a GraphQL response.
func requireError(t *testing.T, response *http.Response, body string, status int, code string) {
	t.Helper()
	require.Equal(t, status, response.StatusCode, body)

	var answer struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code, RequestID string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer), body)
	require.Equal(t, code, answer.Errors[0].Extensions.Code)
	require.NotEmpty(t, answer.Errors[0].Message)
	require.Equal(t, response.Header.Get("X-Request-Id"), answer.Errors[0].Extensions.RequestID)
}

func TestEachFailedAuthenticationHasItsOwnResponse(t *testing.T) {
	t.Parallel()

	url := serve(t, config(new(log)))

	for token, want := range map[string]struct {
		status    int
		code      string
		challenge string
	}{
		"":         {http.StatusUnauthorized, "UNAUTHENTICATED", "Bearer"},
		"expired":  {http.StatusUnauthorized, "UNAUTHENTICATED", `Bearer error="invalid_token"`},
		"no-keys":  {http.StatusServiceUnavailable, "UNAVAILABLE", ""},
		"stranger": {http.StatusForbidden, "FORBIDDEN", ""},
		"broken":   {http.StatusInternalServerError, "INTERNAL", ""},
		"outage":   {http.StatusServiceUnavailable, "UNAVAILABLE", ""},
		"slow":     {http.StatusServiceUnavailable, "UNAVAILABLE", ""},
	} {
		for _, path := range []string{"/graphql", "/reports/claims.csv"} {
			response, body := send(t, http.MethodGet, url+path, token, "")
			requireError(t, response, body, want.status, want.code)
			assert.Equal(t, want.challenge, response.Header.Get("WWW-Authenticate"), token)
			assert.Equal(t, want.status == http.StatusServiceUnavailable, response.Header.Get("Retry-After") != "", token)
			assert.NotContains(t, body, "secret")
		}
	}

	response, body := send(t, http.MethodPost, url+"/graphql", "good", "world")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, body, "hello world")
}

func TestAValidRequestIDOfAClientIsKept(t *testing.T) {
	t.Parallel()

	url := serve(t, config(new(log)))

	for id, kept := range map[string]bool{
		"abc-1.2_3": true, "": false, "with space": false, "a=b": false, strings.Repeat("x", 129): false,
	} {
		response, body := send(t, http.MethodPost, url+"/graphql", "good", "", "X-Request-Id", id)
		got := response.Header.Get("X-Request-Id")
		assert.Equal(t, kept, got == id, id)
		assert.NotEmpty(t, got)
		assert.Contains(t, body, "id="+got)
	}
}

func TestTheErrorOfAPanicHasNoDetails(t *testing.T) {
	t.Parallel()

	out := new(log)
	c := config(out)
	c.GraphQL = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret state") })

	response, body := send(t, http.MethodPost, serve(t, c)+"/graphql", "good", "")
	requireError(t, response, body, http.StatusInternalServerError, "INTERNAL")
	assert.NotContains(t, body, "secret")
	assert.Contains(t, out.String(), "secret state")
	assert.Contains(t, out.String(), response.Header.Get("X-Request-Id"))
}

func TestARequestThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()

	url := serve(t, config(new(log)))

	response, body := send(t, http.MethodPost, url+"/graphql", "good", strings.Repeat("x", 101))
	requireError(t, response, body, http.StatusRequestEntityTooLarge, "BAD_USER_INPUT")

	// The client sends no Content-Length.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql",
		io.MultiReader(strings.NewReader(strings.Repeat("x", 101))))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer good")

	chunked, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer chunked.Body.Close()

	assert.Equal(t, http.StatusRequestEntityTooLarge, chunked.StatusCode)
}

func TestHealthAndReadinessNeedNoTokenAndShowNoDetails(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	response, _ := send(t, http.MethodGet, serve(t, c)+"/healthz", "", "")
	assert.Equal(t, http.StatusOK, response.StatusCode)

	response, body := send(t, http.MethodGet, serve(t, c)+"/readyz", "", "")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.JSONEq(t, `{"status":"ready"}`, body)

	c.Ready = func(context.Context) error { return errors.New("secret database") }
	response, body = send(t, http.MethodGet, serve(t, c)+"/readyz", "", "")
	assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	assert.JSONEq(t, `{"status":"unavailable"}`, body)
}

func TestRequestsForReadinessAtTheSameTimeShareOneCheck(t *testing.T) {
	t.Parallel()

	const requested = 50

	var (
		c               = config(new(log))
		arrived, checks atomic.Int64
		release         = make(chan struct{})
		requests        sync.WaitGroup
	)

	c.Trace = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived.Add(1)
			next.ServeHTTP(w, r)
		})
	}
	c.Ready = func(context.Context) error {
		checks.Add(1)
		<-release

		return nil
	}
	url := serve(t, c)

	for range requested {
		requests.Go(func() {
			response, _ := send(t, http.MethodGet, url+"/readyz", "", "")
			assert.Equal(t, http.StatusOK, response.StatusCode)
		})
	}

	assert.Eventually(t, func() bool { return arrived.Load() == requested }, 10*time.Second, time.Millisecond)
	close(release)
	requests.Wait()
	assert.Less(t, checks.Load(), int64(requested/2))
}

func TestLogLinesHaveNoTokensAndNoQueries(t *testing.T) {
	t.Parallel()

	out := new(log)
	url := serve(t, config(out))
	send(t, http.MethodPost, url+"/graphql?query=secret", "good", "secret")
	send(t, http.MethodPost, url+"/nowhere?query=secret", "expired", "")
	assert.Contains(t, out.String(), "path=/graphql status=200")
	assert.Contains(t, out.String(), "path=/nowhere status=404")
	assert.NotContains(t, out.String(), "secret")
	assert.NotContains(t, out.String(), "good")
}

func TestSlowClientsAreDisconnected(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.ReadHeaderTimeout, c.ReadTimeout = time.Second, 2*time.Second
	address, stop, ended := run(t, c)

	for name, begun := range map[string]string{
		"in the header": "POST /graphql HTTP/1.1\r\nHost: x\r\n",
		"in the body":   "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Length: 50\r\n\r\nfew",
	} {
		connection, err := net.Dial("tcp", address)
		require.NoError(t, err)

		_, err = connection.Write([]byte(begun))
		require.NoError(t, err)
		require.NoError(t, connection.SetReadDeadline(time.Now().Add(10*time.Second)))

		answer, err := io.ReadAll(connection)
		require.NoError(t, err, "%s: the server closes the connection", name)
		assert.NotContains(t, string(answer), "200 OK", name)

		if name == "in the body" {
			assert.Contains(t, string(answer), apierror.CodeBadUserInput)
		}

		require.NoError(t, connection.Close())
	}

	stop()
	assert.NoError(t, <-ended)
}
