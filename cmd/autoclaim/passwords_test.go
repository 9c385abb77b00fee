package main

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Parts of a password, between which tests put other characters.
const passwordStart, passwordEnd = "hunter2start", "hunter2end"

// specials are what a password may hold and a URL may not, or not everywhere.
var specials = []string{
	"", "@", ":", "/", "?", "#", "%", "%zz", "%40", "%00", " ", "\n", "\t", "&", "&x=", "=", ";", ",", "\\", "[", "]", "[::1", "://", "@@",
	"/@", "?@", "#@", "@/", "@?", "@#", ":@", "@:1/", "'", `"`, "`", "<", ">", "+", "ü", "\u5bc6", "\u202e", "\xff", "?host=", "@127.0.0.1:1/", "\r\n",
}

// databaseURLs returns URLs, and what an operator could take for one, with a password. Nobody listens at their ports.
func databaseURLs(password string) []string {
	encoded := url.QueryEscape(password)

	return []string{
		"postgres://u:" + password + "@127.0.0.1:1/db", "postgres://u:" + encoded + "@127.0.0.1:1/db",
		"postgresql://u:" + password + "@127.0.0.1:1,127.0.0.1:2/db", "postgres://" + password + "@127.0.0.1:1/db?sslmode=x",
		"postgres://u:" + password + "@127.0.0.1:99999/db", "postgres://u:" + password + "@[::1/db",
		"postgres://u@127.0.0.1:1/db?password=" + password, "postgres://u@127.0.0.1:1/db?sslmode=x&password=" + encoded,
		"postgres://u@127.0.0.1:1/db?password=" + password + "&connect_timeout=x", "postgres://u:" + password + "@127.0.0.1:1/db?password=" + password,
		"postgres:u:" + password + "@127.0.0.1:1/db", "POSTGRES://u:" + password + "@127.0.0.1:1/db", "mysql://u:" + password + "@127.0.0.1:1/db",
		"postgres://u@127.0.0.1:1/db?sslpassword=" + password, "postgres://u@127.0.0.1:1/db?sslkey=/k&sslcert=/c&sslpassword=" + encoded,
		"postgres://u:" + password + "@127.0.0.1:1/db?sslmode=require&sslpassword=" + password,
		"postgres://u:" + password + "@127.0.0.1:1/db?passfile=/nowhere",
		"dbname=db user=u password=" + password + " sslpassword=" + password, "host=127.0.0.1 port=1 sslpassword='" + password + "'",
		"host=127.0.0.1 port=1 password=" + password, "host=127.0.0.1 port=1 password='" + password + "'", "u:" + password + "@127.0.0.1:1",
	}
}

// requireNoPassword fails the test if the text has a part of the password.
func requireNoPassword(t *testing.T, text, what string) {
	t.Helper()

	for _, part := range []string{passwordStart, passwordEnd} {
		require.NotContains(t, strings.ToLower(text), part, what)
	}
}

func TestErrorsAboutTheDatabaseContainNoPassword(t *testing.T) {
	t.Parallel()

	for _, special := range specials {
		for i, address := range databaseURLs(passwordStart + special + passwordEnd) {
			commands := [][]string{{"check", "--log-level=debug", "--database-url=" + address}}
			if i == 0 {
				commands = append(commands, [][]string{
					{"check", "--log-level=debug", "--database-url", address},
					{"check", address},
					{"check", "--database-uri=" + address},
					{"check", "--database-url=postgres://u@127.0.0.1:1/db", "--direct-database-url=" + address},
					{"check", "--log-level=" + address},
				}...)
			}

			for _, args := range commands {
				status, out := command(t, args...)
				require.NotZero(t, status, args)
				requireNoPassword(t, out, strings.Join(args, " "))
			}
		}
	}
}

func TestErrorsAboutPasswordsFromElsewhereDoNotContainThem(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()

	for _, special := range []string{"", "@", ":", "\n", "%", " ", "ü"} {
		password := passwordStart + special + passwordEnd
		passFile, serviceFile := filepath.Join(dir, "passfile"), filepath.Join(dir, "service.conf")
		require.NoError(t, os.WriteFile(passFile, []byte("127.0.0.1:1:db:u:"+password+"\n"), 0o600))
		require.NoError(t, os.WriteFile(serviceFile, []byte("[one]\nport=1\npassword="+password+"\n"), 0o600))

		for _, variables := range [][]string{
			{"PGPASSWORD=" + password},
			{"PGPASSWORD=" + password, "PGPORT=x"},
			{"PGPASSFILE=" + passFile},
			{"PGSERVICEFILE=" + serviceFile, "PGSERVICE=one"},
			{"PGSERVICEFILE=" + serviceFile, "PGSERVICE=two"},
			{"AUTOCLAIM_DATABASE_PASSWORD=" + password},
			{"AUTOCLAIM_DATABASE_URL=postgres://u:" + password + "@127.0.0.1:1/db"},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
			cmd := exec.CommandContext(ctx, program, "check", "--log-level=debug")
			cmd.Env = append(append(os.Environ(), "AUTOCLAIM_DATABASE_URL=postgres://u@127.0.0.1:1/db"), variables...)

			out, err := cmd.CombinedOutput()
			require.Error(t, err, variables)
			assert.Regexp(t, "--database-url|AUTOCLAIM_DATABASE_PASSWORD", string(out), variables)
			requireNoPassword(t, string(out), strings.Join(variables, " "))
			cancel()
		}
	}
}

func TestNoCommandShowsThePasswordOfADatabaseThatItCannotUse(t *testing.T) {
	t.Parallel()

	empty, err := cluster.Database()
	require.NoError(t, err)

	for _, args := range [][]string{
		{"backup", filepath.Join(t.TempDir(), "backup.db")},
		{"check"},
		{"tenant", "list"},
		{"tenant", "create", "A", "--external-id=a"},
		{"app", "list"},
		{"app", "claimable", "A"},
		{"import", "catalog", "sample"},
		{"serve", "--issuer=http://127.0.0.1:1", "--audience=a"},
	} {
		address := strings.Replace(withPassword(t, empty), secretPassword, passwordStart+"%40"+passwordEnd, 1)
		require.Contains(t, address, passwordStart)

		status, out := command(t, append(args, "--database-url="+address, "--log-level=debug")...)
		require.NotZero(t, status, args)
		requireNoPassword(t, out, strings.Join(args, " "))
	}
}
