package main

import (
	"database/sql"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	_ "github.com/jackc/pgx/v5/stdlib" // The driver "pgx".
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// Secrets that the logs must not contain.
const (
	secretPassword = "hunter2-of-the-database"
	secretUser     = "ann.secretuser@example.com"
	secretName     = "Anna Secretname"
	secretPolicy   = "Secretpolicy for the merger"
)

// withPassword adds a password to a database URL. The tests' PostgreSQL ignores it.
func withPassword(t *testing.T, databaseURL string) string {
	t.Helper()

	parsed, err := url.Parse(databaseURL)
	require.NoError(t, err)

	parsed.User = url.UserPassword(parsed.User.Username(), secretPassword)

	return parsed.String()
}

// serveLogged runs the program with its most verbose log and the provider, and returns its URL, its log and a
// function that stops it.
func serveLogged(t *testing.T, databaseURL, issuer, format string) (url string, log *output, stop func()) {
	t.Helper()

	log = new(output)
	cmd := exec.Command(program, "serve", "--log-level=debug", "--log-format="+format, "--listen=127.0.0.1:0",
		"--request-timeout=1m", "--issuer="+issuer, "--audience="+oidctest.ClientID, "--playground")
	cmd.Env = append(os.Environ(), "AUTOCLAIM_DATABASE_URL="+databaseURL)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())

	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	t.Cleanup(stop)

	url = requireServing(t, log)
	requireReady(t, url)

	return url, log, stop
}

func TestLogsContainNoSecrets(t *testing.T) {
	t.Parallel()

	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()

			provider := oidctest.New(t)
			provider.Claims = map[string]any{
				"tid": "acme-external", "roles": []string{"GLOBAL_ADMIN"}, "name": secretName, "email": secretUser,
			}

			plain := storetest.Postgres(t, cluster)
			world := storetest.NewWorld(t, storetest.Open(t, plain))
			tenant := world.NewTenant(t, "acme")
			tenant.Buy(t, tenant.E3, 1)
			tenant.Policy(t, secretPolicy, tenant.Teams, tenant.E3)

			serverURL, log, stop := serveLogged(t, withPassword(t, plain), provider.URL, format)
			token := provider.ClientToken(t)
			forged := token[:len(token)-8] + "AAAAAAAA"
			server := &process{t: t, url: serverURL, tokens: map[string]string{
				"good": token, "forged": forged, "garbage": "secret-garbage-token",
			}}

			var ignored any

			// Ordinary requests and requests that fail.
			require.NoError(t, server.query(t.Context(), "good", claimQuery(secretUser), &ignored))
			require.NoError(t, server.query(t.Context(), "good", claimQuery("second."+secretUser), &ignored))
			require.NoError(t, server.query(t.Context(), "good", `{ users { nodes { externalId email displayName } } policies { nodes { name } } }`, &ignored))
			require.Error(t, server.query(t.Context(), "forged", claimQuery(secretUser), &ignored))
			require.Error(t, server.query(t.Context(), "garbage", claimQuery(secretUser), &ignored))
			require.Error(t, server.query(t.Context(), "good", `{ nothing(a: "`+secretPolicy+`") }`, &ignored))

			get := func(path string) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+path, http.NoBody)
				require.NoError(t, err)
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Cookie", "session="+secretPassword)

				response, err := http.DefaultClient.Do(request)
				require.NoError(t, err)

				_, _ = io.Copy(io.Discard, response.Body)
				require.NoError(t, response.Body.Close())
			}

			get("/graphql?query=" + url.QueryEscape(`{ users(text: "`+secretUser+`") { totalCount } }`))
			get("/reports/claims.csv?period=" + url.QueryEscape(secretUser))
			get("/reports/claims.csv")

			// WebSockets whose first message has a valid token and a forged one.
			for _, bearer := range []string{token, forged} {
				connection, _, err := websocket.Dial(t.Context(), server.url+"/graphql",
					&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
				require.NoError(t, err)
				require.NoError(t, wsjson.Write(t.Context(), connection, map[string]any{
					"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + bearer},
				}))

				_, _, _ = connection.Read(t.Context())
				_ = connection.Write(t.Context(), websocket.MessageText, []byte(`{"type": "`+secretPolicy))
				_ = connection.CloseNow()
			}

			// A claim that the database fails, and a token whose keys the provider cannot give.
			db, err := sql.Open("pgx", plain)
			require.NoError(t, err)

			_, err = db.ExecContext(t.Context(), `ALTER TABLE users RENAME COLUMN external_id TO gone`)
			require.NoError(t, err)
			require.NoError(t, db.Close())
			require.ErrorContains(t, server.query(t.Context(), "good", claimQuery(secretUser), &ignored), "Something went wrong")

			provider.Server.Close()
			require.Error(t, server.query(t.Context(), "forged", claimQuery(secretUser), &ignored))

			stop()

			logs := log.String()
			assert.Contains(t, logs, "request failed", "the failed claim must be in the log")
			assert.Contains(t, logs, "keys cannot be fetched")
			assert.Contains(t, logs, "/reports/claims.csv")
			assert.Greater(t, strings.Count(logs, "\n"), 10)

			parts := strings.Split(token, ".")
			for _, secret := range []string{
				secretPassword, "secretuser", "Secretname", "Secretpolicy", "secret-garbage", "Bearer ", "totalCount",
				parts[0], parts[1], parts[2], forged[len(forged)-20:],
			} {
				assert.NotContains(t, logs, secret)
			}
		})
	}
}
