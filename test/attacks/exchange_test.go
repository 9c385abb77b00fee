package attacks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a client waits for an answer.
const patience = time.Minute

// connect opens a connection. It is safe for concurrent use.
func (s *server) connect() (net.Conn, error) {
	connection, err := net.Dial("tcp", s.address)
	if err != nil {
		return nil, err
	}

	return connection, connection.SetDeadline(time.Now().Add(patience))
}

// open opens connections and sends a text over each. Errors are ignored, because the server may refuse the connection.
// Call closeAll.
func (s *server) open(number int, text string) connections {
	s.t.Helper()

	opened := make(connections, number)

	for i := range opened {
		connection, err := s.connect()
		require.NoError(s.t, err)

		opened[i] = connection
		_, _ = connection.Write([]byte(text))
	}

	return opened
}

type connections []net.Conn

func (c connections) closeAll() {
	for _, connection := range c {
		_ = connection.Close() // The server may have closed it already.
	}
}

// answer is a response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// readAnswer reads one response from a connection.
func readAnswer(reader *bufio.Reader) (answer, error) {
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return answer{}, err
	}

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)

	return answer{response.StatusCode, response.Header, body}, err
}

// exchange sends a text over a new connection and reads one response. It is safe for concurrent use.
func (s *server) exchange(text string) (answer, error) {
	connection, err := s.connect()
	if err != nil {
		return answer{}, err
	}

	defer connection.Close()

	_, _ = connection.Write([]byte(text)) // The server may respond before it has read all of it.

	return readAnswer(bufio.NewReader(connection))
}

// codes returns the codes of the errors in a GraphQL response.
func (a answer) codes() []string {
	var body struct {
		Errors []struct {
			Extensions struct{ Code string }
		}
	}

	_ = json.Unmarshal(a.body, &body) // A response without errors has no codes.

	codes := make([]string, len(body.Errors))
	for i, err := range body.Errors {
		codes[i] = err.Extensions.Code
	}

	return codes
}

// isRefused checks that a response is a short refusal with a code, with Retry-After if it may work later.
func (a answer) isRefused(t *testing.T, what ...any) {
	t.Helper()

	const longest = 16 << 10

	codes := a.codes()
	if !assert.NotEmpty(t, codes, append([]any{string(a.body[:min(len(a.body), 500)])}, what...)...) {
		return
	}

	for _, code := range codes {
		assert.NotEmpty(t, code, what...)
		assert.NotEqual(t, "INTERNAL", code, what...)
	}

	assert.Less(t, len(a.body), longest, what...)

	if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable {
		a.namesRetry(t, what...)
	}
}

func (a answer) namesRetry(t *testing.T, what ...any) {
	t.Helper()

	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	assert.NoError(t, err, what...)
	assert.Positive(t, seconds, what...)
}

// head returns the head of a request for GraphQL. Lines are further header fields.
func head(method, token string, lines ...string) string {
	text := method + " /graphql HTTP/1.1\r\nHost: attacked\r\nContent-Type: application/json\r\n"
	if token != "" {
		text += "Authorization: Bearer " + token + "\r\n"
	}

	for _, line := range lines {
		text += line + "\r\n"
	}

	return text + "\r\n"
}

// call is a client that keeps its connections.
var call = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

// post sends a body and reads the response. It is safe for concurrent use.
func (s *server) post(token string, body []byte) (answer, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+s.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}

	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)

	return do(request)
}

func do(request *http.Request) (answer, error) {
	response, err := call.Do(request)
	if err != nil {
		return answer{}, err
	}

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)

	return answer{response.StatusCode, response.Header, body}, err
}

// operation returns the body of a request with an operation and, unless it is empty, the JSON of its variables.
func operation(query, variables string) []byte {
	text, _ := json.Marshal(query) // A text can always be encoded.
	if variables == "" {
		variables = "{}"
	}

	return []byte(`{"query":` + string(text) + `,"variables":` + variables + `}`)
}

// run sends an operation, and fails the test if there is no response.
func (s *server) run(token, query, variables string) answer {
	s.t.Helper()

	got, err := s.post(token, operation(query, variables))
	require.NoError(s.t, err)

	return got
}

// repeated joins n texts.
func repeated(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}

	return all.String()
}

func decimal(n int) string { return strconv.Itoa(n) }

func base64URL(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
