package devprovider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/autoclaim/autoclaim/internal/devprovider"
)

func TestTheLoginPageRunsNoScriptsAndRedirectsOnlyToTheApplication(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	config := &oauth2.Config{
		ClientID: devprovider.SignInClient, Endpoint: w.provider.Endpoint(), RedirectURL: "http://127.0.0.1:9/callback",
	}

	response, err := w.browser.Get(config.AuthCodeURL("state", oauth2.SetAuthURLParam("scope", "openid")))
	require.NoError(t, err)

	page, _ := w.arrive(response)
	policy := response.Header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'; style-src 'self';")
	assert.Contains(t, policy, "form-action 'self' http://127.0.0.1:9", "browsers apply form-action to redirects, too")
	assert.NotContains(t, page, "<script")

	page, _ = w.open(w.url + "/oidc/login?id=nonsense")
	assert.Contains(t, page, "sign in again")
}
