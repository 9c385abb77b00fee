package attacks

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// crowd is a number of requests that would reserve all memory for bodies if each reserved the largest body.
	crowd     = 64
	upgrading = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws"
	announced = "Content-Length: 1048576"
	chunked   = "Transfer-Encoding: chunked"
)

func TestBodiesThatStrangersAnnounceTakeNothingFromOthers(t *testing.T) {
	t.Parallel()

	s := serve(t)
	kinds := []string{
		head("OPTIONS", "", announced),
		head("OPTIONS", "", chunked) + "100000\r\n",
		head("OPTIONS", "", announced, "Origin: https://evil.example", "Access-Control-Request-Method: POST"),
		head("POST", "", announced),
		head("POST", "", announced, "Expect: 100-continue"),
		head("POST", "forged.token.here", announced),
		head("POST", "", announced, "Connection: Upgrade", "Upgrade: h2c"),
		head("POST", "", announced, upgrading),
		head("POST", "", "Upgrade: anything", chunked) + "100000\r\n{",
		head("GET", "", upgrading, announced),
		head("GET", "", upgrading, chunked) + "100000\r\n",
		head("GET", "", announced),
		head("PUT", "", announced),
		head("HEAD", "", chunked) + "100000\r\n",
		strings.Replace(head("POST", "", announced), "/graphql", "/reports/claims.csv", 1),
		strings.Replace(head("POST", "", chunked)+"100000\r\n", "/graphql", "/readyz", 1),
		strings.Replace(head("GET", "", announced), "/graphql", "/nowhere", 1),
	}

	s.survives(func(others *signIns) {
		for _, kind := range kinds {
			opened := s.open(crowd, kind)
			others.areAnswered()
			opened.closeAll()
		}
	})
}

func TestTheSlowRequestsOfAUserTakeNothingFromOthers(t *testing.T) {
	t.Parallel()

	s := serve(t)
	token, colleague := s.token(t, hostile, "ann"), s.token(t, hostile, "bob")
	begun := `{"query": "` + strings.Repeat(" ", 1000)
	kinds := []string{
		head("POST", token, announced) + begun,
		head("POST", token, chunked) + "100000\r\n" + begun,
		head("POST", token, announced, "Connection: Upgrade", "Upgrade: h2c") + begun,
		head("GET", token, announced) + begun,
		head("GET", token, chunked) + "100000\r\n" + begun,
		head("OPTIONS", token, announced) + begun,
		head("GET", token, upgrading, chunked) + "100000\r\n" + begun,
		strings.Replace(head("GET", token, announced), "/graphql", "/reports/claims.csv", 1) + begun,
	}

	s.survives(func(others *signIns) {
		for i, kind := range kinds {
			opened := s.open(2*crowd, kind)
			others.areAnswered()
			assert.Equal(t, http.StatusOK, s.run(colleague, `{ viewer { externalId } }`, "").status, "kind %d: a colleague is served", i)
			opened.closeAll()
		}
	})
}

func TestLargeBodiesOfOneUserFillOnlyTheirShare(t *testing.T) {
	t.Parallel()

	s := serve(t, "--rate-limit=0")
	token := s.token(t, hostile, "ann")
	// All but the last byte arrives, so the server has to keep what it has read.
	request := head("POST", token, announced) + strings.Repeat(" ", 1<<20-1)

	s.survives(func(others *signIns) {
		opened := s.open(2*crowd, request)
		others.areAnswered()
		opened.closeAll()
	})
}

func TestBodiesThatAreCompressedDeepOrWideAreRefused(t *testing.T) {
	t.Parallel()

	s := serve(t, "--rate-limit=0")
	token := s.token(t, hostile, "ann")

	var bomb bytes.Buffer

	zip := gzip.NewWriter(&bomb)
	_, err := zip.Write(bytes.Repeat([]byte(" "), 64<<20))
	require.NoError(t, err)
	require.NoError(t, zip.Close())

	keys := repeated(100_000, func(i int) string { return fmt.Sprintf(`,"%d":0`, i) })[1:]
	nested := strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000)
	variable := `query($x: String) { viewer { externalId } }`
	bodies := map[string]string{
		"many keys":               `{"query":"{ viewer { externalId } }",` + keys + `}`,
		"many keys in variables":  `{"query":"` + variable + `","variables":{` + keys + `}}`,
		"many keys in extensions": `{"query":"` + variable + `","extensions":{` + keys + `}}`,
		"a deep body":             nested,
		"deep variables":          `{"query":"` + variable + `","variables":{"x":` + nested[:1000] + nested[999_000:] + `}}`,
		"half of a deep body":     nested[:500_000],
		"a list of operations":    `[` + repeated(10_000, func(int) string { return `{"query":"{ viewer { externalId } }"},` }) + `{}]`,
	}

	s.survives(func(*signIns) {
		for name, body := range bodies {
			got, err := s.post(token, []byte(body))
			require.NoError(t, err, name)

			if got.status != http.StatusOK || bytes.Contains(got.body, []byte(`"errors"`)) { // Unknown keys may be ignored.
				got.isRefused(t, name)
			}

			assert.Less(t, len(got.body), 16<<10, name)
		}

		got, err := s.exchange(head("POST", token, "Content-Encoding: gzip", fmt.Sprint("Content-Length: ", bomb.Len())) + bomb.String())
		require.NoError(t, err)
		got.isRefused(t, "a compressed body")
	})
}
