package attacks

import (
	"bytes"
	"encoding/csv"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
)

func TestSearchesOfOneTenantTakeNothingFromAnother(t *testing.T) {
	t.Parallel()

	s := serve(t, unlimited)
	s.addClaims(t, 30_000)

	reader := s.token(t, hostile, "reader", auth.RoleGlobalReader)
	reports := s.token(t, hostile, "reports", auth.RoleReportsReader)
	aliases := func(text string) string {
		return repeated(40, func(i int) string { return "a" + string(alphabet[i]) + ": " + text + " " })
	}
	floods := map[string]struct{ token, query string }{
		"claims": {reports, `{ ` + aliases(`claimReport { claims(text: "0z", first: 1) { totalCount } }`) + `}`},
		"users":  {reader, `{ ` + aliases(`users(text: "0z", first: 1) { totalCount }`) + `}`},
		"counts": {reader, `{ ` + aliases(`licenses(filter: {active: false}, first: 1) { totalCount }`) + `}`},
	}

	s.survives(func(others *signIns) {
		for name, flood := range floods {
			ends := time.Now().Add(2 * time.Second)
			readers := s.readAgain(t, ends, 8, flood.token, flood.query)

			for time.Now().Before(ends) {
				others.areAnswered()
			}

			readers.Wait()
			others.areAnswered()
			assert.Less(t, s.process.memory("VmRSS"), maxMemory, name)
		}
	})
}

// readAgain runs an operation again and again over a number of connections, each of which runs one at a time.
func (s *server) readAgain(t *testing.T, ends time.Time, number int, token, query string) *sync.WaitGroup {
	t.Helper()

	var readers sync.WaitGroup

	for range number {
		readers.Go(func() {
			for time.Now().Before(ends) {
				got, err := s.post(token, operation(query, ""))
				if !assert.NoError(t, err) {
					return
				}

				if got.status != http.StatusOK || len(got.codes()) > 0 {
					got.isRefusedOften(t)
				}
			}
		})
	}

	return &readers
}

// isRefusedOften checks a response to an operation of which each field can be refused.
func (a answer) isRefusedOften(t *testing.T) {
	t.Helper()

	assert.NotEmpty(t, a.codes(), string(a.body))
	assert.NotContains(t, a.codes(), "INTERNAL")
}

func TestReadersWhoDoNotReadTakeNothingFromOthers(t *testing.T) {
	t.Parallel()

	s := serve(t, unlimited)
	s.addClaims(t, 2000)

	reader := s.token(t, hostile, "reader", auth.RoleGlobalReader)
	large := operation(`{ claimReport { claims(first: 100) { nodes { id claimedAt user { id externalId displayName licenses(first: 5) { nodes { id } } } } } } }`, "")
	request := head("POST", reader, "Content-Length: "+decimal(len(large))) + string(large)
	stream := operation(`subscription { licensePoolChanged { assigned product { name apps { name code } } } }`, "")
	streaming := head("POST", reader, "Accept: text/event-stream", "Content-Length: "+decimal(len(stream))) + string(stream)
	colleague := s.token(t, hostile, "sign-in", auth.RoleSignInService)

	s.survives(func(others *signIns) {
		opened := s.open(50, strings.Repeat(request, 20))
		opened = append(opened, s.open(20, streaming)...)

		for range 20 {
			socket, err := s.initialized(reader)
			if err != nil {
				continue // There may be too many by now.
			}

			assert.NoError(t, socket.subscribe("1", `subscription { licensePoolChanged { assigned product { name apps { name code } } } }`))

			opened = append(opened, socket)
		}

		inParallel(200, func(int) { // Each claim is an event of the streams.
			got, err := s.post(colleague, operation(`mutation($user: String!) { claimLicense(input: {app: "TEAMS1", user: $user}) { outcome } }`,
				`{"user":"new-`+decimal(int(time.Now().UnixNano()))+`"}`))
			if assert.NoError(t, err) {
				assert.Empty(t, got.codes())
			}
		})

		others.areAnswered()
		opened.closeAll()
	})
}

func TestSlowDownloadsHoldNoDatabaseConnections(t *testing.T) {
	t.Parallel()

	s := serve(t, unlimited, "--database-connections=8")
	s.addClaims(t, 60_000) // More than the buffers of the connections hold: 9 MB of text.

	reader, colleague := s.token(t, hostile, "reports", auth.RoleReportsReader), s.token(t, hostile, "reader", auth.RoleGlobalReader)
	download := strings.Replace(head("GET", reader), "/graphql", "/reports/claims.csv", 1)

	s.survives(func(others *signIns) {
		opened := s.open(20, download)
		for _, connection := range opened {
			tcp, ok := connection.(*net.TCPConn)
			require.True(t, ok)
			require.NoError(t, tcp.SetReadBuffer(4<<10)) // It fills up soon.
		}

		// Until then, the downloads may keep the database busy. The server gives them up after 30 seconds.
		answered := 0
		for began := time.Now(); answered < 20 && time.Since(began) < 25*time.Second; {
			if got := s.run(colleague, `{ users(first: 10) { totalCount nodes { externalId } } }`, ""); len(got.codes()) == 0 {
				answered++
			}
		}

		assert.Equal(t, 20, answered, "a colleague reads meanwhile")
		others.areAnswered()
		opened.closeAll()
	})
}

func TestNoPartOfACellIsAFormulaInASpreadsheet(t *testing.T) {
	t.Parallel()

	s := serve(t)
	signIn, reader := s.token(t, hostile, "sign-in", auth.RoleSignInService), s.token(t, hostile, "reports", auth.RoleReportsReader)

	s.survives(func(*signIns) {
		for _, user := range []string{`a;=1+1`, `b|@SUM(1)`, `c"",=1`, `=1+1`, `'-1`, `d;"=1+1"`, `e,+1`, `＝1+1`, `f;-1`} {
			var claimed any

			err := builtserver.Send(t.Context(), call, "http://"+s.address, signIn, "", builtserver.Request{
				Query:     `mutation($user: String!) { claimLicense(input: {app: "TEAMS1", user: $user}) { outcome } }`,
				Variables: map[string]any{"user": user},
			}, &claimed)
			require.NoError(t, err, user)
		}

		address := url.URL{Scheme: "http", Host: s.address, Path: "/reports/claims.csv"}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address.String(), http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+reader)

		got, err := do(request)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, got.status)
		require.Contains(t, string(got.body), "SUM")

		for _, separator := range ",;|\t" {
			rows := csv.NewReader(bytes.NewReader(got.body))
			rows.Comma, rows.LazyQuotes, rows.FieldsPerRecord = separator, true, -1

			records, err := rows.ReadAll()
			require.NoError(t, err)

			for _, record := range records {
				for _, cell := range record {
					assert.NotRegexp(t, `^\s*[=+\-@＝＋－＠]`, cell, "separated by %q", separator)
				}
			}
		}
	})
}
