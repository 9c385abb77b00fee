package devprovider_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/oauth2"
)

func TestASessionSignsInSilentlyUntilTheUserSignsOut(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ask := func(prompt string) (string, url.Values) {
		return w.open(w.console().AuthCodeURL("state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()),
			oauth2.SetAuthURLParam("prompt", prompt)))
	}

	_, back := ask("none")
	assert.Equal(t, "login_required", back.Get("error"))
	assert.Equal(t, "state", back.Get("state"))

	token := w.signIn("ada", "offline_access")
	raw, _ := token.Extra("id_token").(string)

	_, back = ask("none")
	assert.NotEmpty(t, back.Get("code"))

	page, _ := ask("select_account")
	assert.Contains(t, page, "Uma User", "the user may choose another person")

	_, back = w.open(w.url + "/oidc/end_session?" + url.Values{
		"id_token_hint": {raw}, "post_logout_redirect_uri": {w.url + "/console/signed-out"}, "state": {"out"},
	}.Encode())
	assert.Equal(t, "out", back.Get("state"), "the browser returns to the application")

	_, back = ask("none")
	assert.Equal(t, "login_required", back.Get("error"))

	_, err := w.console().TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	assert.ErrorContains(t, err, "invalid_grant", "signing out revoked the refresh token")

	page, _ = w.open(w.url + "/oidc/end_session")
	assert.Contains(t, page, "You are signed out")
}
