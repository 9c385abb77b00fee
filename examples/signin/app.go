package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

//go:embed page.html style.css
var files embed.FS

var pages = template.Must(template.ParseFS(files, "page.html"))

const (
	sessionCookie = "signin-session"
	// pendingCookie has the state of a sign-in while the user is at the provider.
	pendingCookie = "signin-pending"
	pendingTime   = 10 * time.Minute
)

// application signs users in with the provider and claims licenses for them.
type application struct {
	config   config
	logger   *slog.Logger
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	claims   *claimer
	sessions *sessions
}

func newApplication(ctx context.Context, c config, logger *slog.Logger) (*application, error) {
	provider, err := oidc.NewProvider(ctx, c.issuer)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of the provider: %w", err)
	}

	return &application{
		config: c, logger: logger,
		oauth: oauth2.Config{
			ClientID: c.clientID, ClientSecret: c.clientSecret, Endpoint: provider.Endpoint(),
			RedirectURL: c.url + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile"},
		},
		verifier: provider.Verifier(&oidc.Config{ClientID: c.clientID}),
		claims:   newClaimer(c, provider.Endpoint().TokenURL),
		sessions: newSessions(),
	}, nil
}

func (a *application) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("GET /sign-in", a.signIn)
	mux.HandleFunc("GET /callback", a.callback)
	mux.HandleFunc("POST /sign-out", a.signOut)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "style.css")
	})

	// This rejects forms that other sites submit.
	return http.NewCrossOriginProtection().Handler(mux)
}

// home is the page that users need a license for.
func (a *application) home(w http.ResponseWriter, r *http.Request) {
	name, ok := a.sessions.name(r)
	if !ok {
		a.show(w, http.StatusOK, view{Title: "Welcome", Text: "Sign in to use the application.", SignIn: true})

		return
	}

	a.show(w, http.StatusOK, view{Title: "Hello " + name, Text: "You are signed in.", SignOut: true})
}

// pendingSignIn is the state of a sign-in that the provider's response must match.
type pendingSignIn struct{ State, Nonce, Verifier string }

// signIn redirects the user to the provider.
func (a *application) signIn(w http.ResponseWriter, r *http.Request) {
	pending := pendingSignIn{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}

	raw, err := json.Marshal(pending)
	if err != nil {
		a.fail(w, r, err)

		return
	}

	http.SetCookie(w, a.cookie(pendingCookie, base64.RawURLEncoding.EncodeToString(raw), pendingTime))

	options := []oauth2.AuthCodeOption{oidc.Nonce(pending.Nonce), oauth2.S256ChallengeOption(pending.Verifier)}
	if r.URL.Query().Has("other") {
		options = append(options, oauth2.SetAuthURLParam("prompt", "select_account"))
	}

	http.Redirect(w, r, a.oauth.AuthCodeURL(pending.State, options...), http.StatusFound)
}

// callback handles the provider's response. It claims a license for the user, and signs them in if they have one.
func (a *application) callback(w http.ResponseWriter, r *http.Request) {
	user, name, err := a.identify(r)
	http.SetCookie(w, a.cookie(pendingCookie, "", -1))

	if err != nil {
		a.logger.WarnContext(r.Context(), "sign-in failed", "error", err)
		a.show(w, http.StatusBadRequest, view{
			Title: "You are not signed in", Text: "Something went wrong during the sign-in. Please try again.", SignIn: true,
		})

		return
	}

	answer, err := a.claims.claim(r.Context(), user)
	if err != nil {
		a.logger.ErrorContext(r.Context(), "Autoclaim did not answer", "error", err, "let_in", a.config.letInWhenDown)

		if !a.config.letInWhenDown {
			a.show(w, http.StatusServiceUnavailable, unavailable)

			return
		}

		answer.Outcome = "ALREADY_LICENSED" // Most users have a license. The next sign-in claims again.
	}

	refusal, refused := refusals[answer.Outcome]

	switch {
	case answer.Outcome == "ALREADY_LICENSED":
		a.startSession(w, name)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case answer.Outcome == "CLAIMED":
		a.startSession(w, name)
		a.show(w, http.StatusOK, view{Title: "You have a license now", Text: answer.Message, Continue: true})
	case refused:
		refusal.Text = answer.Message
		a.show(w, http.StatusForbidden, refusal)
	default:
		a.logger.ErrorContext(r.Context(), "unknown outcome", "outcome", answer.Outcome)
		a.show(w, http.StatusServiceUnavailable, unavailable)
	}
}

// identify verifies the provider's response and returns the user's id and name.
func (a *application) identify(r *http.Request) (user, name string, err error) {
	cookie, err := r.Cookie(pendingCookie)
	if err != nil {
		return "", "", errors.New("this browser did not start the sign-in, or it expired")
	}

	raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)

	var pending pendingSignIn
	if err := errors.Join(err, json.Unmarshal(raw, &pending)); err != nil {
		return "", "", fmt.Errorf("parse the state of the sign-in: %w", err)
	}

	query := r.URL.Query()
	if pending.State == "" || subtle.ConstantTimeCompare([]byte(pending.State), []byte(query.Get("state"))) == 0 {
		return "", "", errors.New("the response belongs to another sign-in")
	}

	if refusal := query.Get("error"); refusal != "" {
		return "", "", fmt.Errorf("the provider refused the sign-in: %s: %s", refusal, query.Get("error_description"))
	}

	token, err := a.oauth.Exchange(r.Context(), query.Get("code"), oauth2.VerifierOption(pending.Verifier))
	if err != nil {
		return "", "", fmt.Errorf("exchange the code: %w", err)
	}

	idToken, _ := token.Extra("id_token").(string)

	verified, err := a.verifier.Verify(r.Context(), idToken)
	if err != nil {
		return "", "", fmt.Errorf("verify the ID token: %w", err)
	}

	if verified.Nonce != pending.Nonce {
		return "", "", errors.New("the ID token belongs to another sign-in")
	}

	claims := make(map[string]any)
	if err := verified.Claims(&claims); err != nil {
		return "", "", fmt.Errorf("read the ID token: %w", err)
	}

	user, _ = claims[a.config.userClaim].(string)
	if user == "" {
		return "", "", fmt.Errorf("the ID token has no claim %s", a.config.userClaim)
	}

	if name, _ = claims["name"].(string); name == "" {
		name = user
	}

	return user, name, nil
}

func (a *application) startSession(w http.ResponseWriter, name string) {
	http.SetCookie(w, a.cookie(sessionCookie, a.sessions.start(name), sessionTime))
}

func (a *application) signOut(w http.ResponseWriter, r *http.Request) {
	a.sessions.end(r)
	http.SetCookie(w, a.cookie(sessionCookie, "", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookie returns a cookie that scripts and other sites cannot read. It is sent over plain HTTP only if the application's
// own URL uses HTTP, during development.
func (a *application) cookie(name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.config.url, "https:"),
	}
}

func (a *application) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.logger.ErrorContext(r.Context(), "request failed", "error", err)
	http.Error(w, "Something went wrong.", http.StatusInternalServerError)
}

func (a *application) show(w http.ResponseWriter, status int, v view) {
	var body bytes.Buffer
	if err := pages.Execute(&body, v); err != nil {
		a.logger.Error("render a page", "error", err)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)

		return
	}

	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
}
