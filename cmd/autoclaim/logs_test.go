package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestEveryLogLineOfALibraryIsStructured(t *testing.T) {
	t.Parallel()

	log := new(output)
	p := start(t, t.TempDir(), storetest.SQLite(t), func(cmd *exec.Cmd) {
		cmd.Stderr = log
		cmd.Args = append(cmd.Args, "--log-format=json", "--log-level=debug")
	})

	// The library of the development provider logs each of these.
	response, err := http.PostForm(p.url+"/oidc/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"nonsense"}})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	response, err = http.Get(p.url + "/oidc/end_session?client_id=autoclaim-console&post_logout_redirect_uri=nonsense")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	logs := log.String()
	assert.Contains(t, logs, "oidc_error", "the library has logged")

	for line := range strings.Lines(logs) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
}
