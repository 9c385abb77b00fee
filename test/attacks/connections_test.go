package attacks

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConnectionsOfStrangersCannotKeepOthersOut(t *testing.T) {
	t.Parallel()

	s := serve(t)
	kinds := map[string]string{
		"idle":              "",
		"half a line":       "POST /gra",
		"half a header":     "POST /graphql HTTP/1.1\r\nHost: attacked\r\nX-Slow: ",
		"idle after a 401":  head("GET", ""),
		"idle after a 404":  "GET /nowhere HTTP/1.1\r\nHost: attacked\r\n\r\n",
		"idle after health": "GET /healthz HTTP/1.1\r\nHost: attacked\r\n\r\n",
		"a forged token":    head("GET", "forged.token.here"),
		"an upgrade":        head("GET", "", upgrading),
		"TLS":               "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"HTTP/2":            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	}

	s.survives(func(others *signIns) {
		for _, text := range kinds {
			opened := s.open(maxConnections+maxConnections/2, text)
			others.areAnswered()
			opened.closeAll()
		}
	})
}

func TestStrangersWhoConnectAgainAndAgainCannotKeepOthersOut(t *testing.T) {
	t.Parallel()

	s := serve(t)

	s.survives(func(others *signIns) {
		var strangers sync.WaitGroup

		ends := time.Now().Add(2 * time.Second)

		for range 8 {
			strangers.Go(func() {
				for time.Now().Before(ends) {
					got, err := s.exchange(head("POST", "", announced))
					if err == nil {
						assert.Equal(t, http.StatusUnauthorized, got.status)
					}
				}
			})
		}

		others.areAnswered()
		strangers.Wait()
	})
}

func TestAThousandPipelinedRequestsOfAStrangerAreRefused(t *testing.T) {
	t.Parallel()

	s := serve(t)

	s.survives(func(others *signIns) {
		const number = 1000

		opened := s.open(1, strings.Repeat(head("GET", ""), number))
		defer opened.closeAll()

		reader, answered := bufio.NewReader(opened[0]), 0

		for ; answered < number; answered++ {
			got, err := readAnswer(reader)
			if err != nil {
				break // The server may close the connection.
			}

			require.Equal(t, http.StatusUnauthorized, got.status)
		}

		assert.Positive(t, answered)
		others.areAnswered()
	})
}

func TestPipelinedRequestsOfAUserCountAgainstTheirRate(t *testing.T) {
	t.Parallel()

	s := serve(t, "--rate-limit=10")
	request := head("GET", s.token(t, hostile, "ann")) // Without a query, which is refused as well.

	s.survives(func(*signIns) {
		const number = 500

		opened := s.open(1, strings.Repeat(request, number))
		defer opened.closeAll()

		reader, statuses := bufio.NewReader(opened[0]), make(map[int]int)

		for range number {
			got, err := readAnswer(reader)
			if err != nil {
				break
			}

			got.isRefused(t)
			statuses[got.status]++
		}

		assert.Positive(t, statuses[http.StatusTooManyRequests], "%v", statuses)
	})
}

func TestFloodsOfHeaderFieldsAreRefused(t *testing.T) {
	t.Parallel()

	s := serve(t)
	token := s.token(t, hostile, "ann")
	floods := map[string]string{
		"ten thousand fields": head("GET", token, repeated(10_000, func(i int) string { return fmt.Sprintf("X-%d: 1\r\n", i) })+"X: 1"),
		"one long field":      head("GET", token, "X: "+strings.Repeat("x", 1<<20)),
		"a long path":         strings.Replace(head("GET", token), "/graphql", "/graphql?query="+strings.Repeat("x", 1<<20), 1),
		"a long token":        head("GET", strings.Repeat("x", 1<<20)),
		"many tokens":         head("GET", "x", repeated(300, func(int) string { return "Authorization: Bearer x\r\n" })+"X: 1"),
		"many origins":        head("GET", token, repeated(500, func(int) string { return "Origin: https://evil.example\r\n" })+"X: 1"),
	}

	s.survives(func(others *signIns) {
		for name, flood := range floods {
			var clients sync.WaitGroup

			for range 20 {
				clients.Go(func() {
					got, err := s.exchange(flood)
					if err == nil { // Otherwise the server closed the connection while the client was sending.
						assert.GreaterOrEqual(t, got.status, http.StatusBadRequest, name)
						assert.Less(t, got.status, http.StatusInternalServerError, name)
					}
				})
			}

			clients.Wait()
		}

		others.areAnswered()
	})
}

func TestAmbiguousRequestsAreRefused(t *testing.T) {
	t.Parallel()

	s := serve(t)
	// A proxy may read these requests in another way than the server, and take the end of one for a request of its own.
	smuggled := "GET /healthz HTTP/1.1\r\nHost: attacked\r\n\r\n"
	ambiguous := []string{
		head("POST", "", "Content-Length: 0", fmt.Sprint("Content-Length: ", len(smuggled))),
		head("POST", "", "Content-Length: +0"),
		head("POST", "", "Content-Length: -1"),
		head("POST", "", "Content-Length: 0x10"),
		head("POST", "", "Content-Length: 0, 44"),
		head("POST", "", "Content-Length : 44"),
		head("POST", "", "Transfer-Encoding: xchunked"),
		head("POST", "", "Transfer-Encoding: chunked, chunked"),
		head("POST", "", "Transfer-Encoding : chunked"),
		head("POST", "", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
		head("POST", "", "Host: elsewhere"),
		head("POST", "", "X: \x00"),
		head("POST", "", "X\x00Y: 1"),
		head("PO ST", ""),
		"GET /graphql HTTP/1.1\r\n\r\n",
		"GET http://[::1 HTTP/1.1\r\nHost: attacked\r\n\r\n",
		"GET /graphql HTTP/9.9\r\nHost: attacked\r\n\r\n",
	}

	s.survives(func(*signIns) {
		for _, text := range ambiguous {
			opened := s.open(1, text+smuggled)
			reader := bufio.NewReader(opened[0])
			got, err := readAnswer(reader)

			if assert.NoError(t, err, text) {
				assert.GreaterOrEqual(t, got.status, http.StatusBadRequest, text)
				assert.NotEqual(t, http.StatusUnauthorized, got.status, "%s: it does not reach the API", text)
			}

			_, err = readAnswer(reader)
			assert.Error(t, err, "%s: the connection is closed", text)
			opened.closeAll()
		}
	})
}

func TestOldClientsAreAnsweredAndDisconnected(t *testing.T) {
	t.Parallel()

	s := serve(t)
	request := strings.Replace(head("GET", ""), "HTTP/1.1", "HTTP/1.0", 1)

	s.survives(func(others *signIns) {
		for range 200 {
			got, err := s.exchange(request)
			require.NoError(t, err)
			got.isRefused(t)
		}

		others.areAnswered()
	})
}
