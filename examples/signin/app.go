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
	// askedCookie holds what the browser asked the provider for, while it is there.
	askedCookie = "signin-asked"
	askedTime   = 10 * time.Minute
)

// application lets users in.
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
		return nil, fmt.Errorf("ask the provider for its configuration: %w", err)
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

	// Forms of other sites are refused.
	return http.NewCrossOriginProtection().Handler(mux)
}

// home is what users want to get to.
func (a *application) home(w http.ResponseWriter, r *http.Request) {
	name, ok := a.sessions.name(r)
	if !ok {
		a.show(w, http.StatusOK, view{Title: "Welcome", Text: "Sign in to use the application.", SignIn: true})

		return
	}

	a.show(w, http.StatusOK, view{Title: "Hello " + name, Text: "You are in.", SignOut: true})
}

// asked is what the answer of the provider must fit.
type asked struct{ State, Nonce, Verifier string }

// signIn sends the user to the provider.
func (a *application) signIn(w http.ResponseWriter, r *http.Request) {
	ask := asked{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}

	raw, err := json.Marshal(ask)
	if err != nil {
		a.fail(w, r, err)

		return
	}

	http.SetCookie(w, a.cookie(askedCookie, base64.RawURLEncoding.EncodeToString(raw), askedTime))

	options := []oauth2.AuthCodeOption{oidc.Nonce(ask.Nonce), oauth2.S256ChallengeOption(ask.Verifier)}
	if r.URL.Query().Has("other") {
		options = append(options, oauth2.SetAuthURLParam("prompt", "select_account"))
	}

	http.Redirect(w, r, a.oauth.AuthCodeURL(ask.State, options...), http.StatusFound)
}

// callback is told by the provider who the user is, and lets them in if they have a license, or get one.
func (a *application) callback(w http.ResponseWriter, r *http.Request) {
	user, name, err := a.identify(r)
	http.SetCookie(w, a.cookie(askedCookie, "", -1))

	if err != nil {
		a.logger.WarnContext(r.Context(), "sign-in failed", "error", err)
		a.show(w, http.StatusBadRequest, view{
			Title: "You are not signed in", Text: "Something went wrong on the way. Please try again.", SignIn: true,
		})

		return
	}

	answer, err := a.claims.claim(r.Context(), user)
	if err != nil {
		a.logger.ErrorContext(r.Context(), "no answer of Autoclaim", "error", err, "let_in", a.config.letInWhenDown)

		if !a.config.letInWhenDown {
			a.show(w, http.StatusServiceUnavailable, unavailable)

			return
		}

		answer.Outcome = "ALREADY_LICENSED" // They may be, and those who are not will be asked for next time.
	}

	refusal, refused := refusals[answer.Outcome]

	switch {
	case answer.Outcome == "ALREADY_LICENSED":
		a.letIn(w, name)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case answer.Outcome == "CLAIMED":
		a.letIn(w, name)
		a.show(w, http.StatusOK, view{Title: "You have a license now", Text: answer.Message, Continue: true})
	case refused:
		refusal.Text = answer.Message
		a.show(w, http.StatusForbidden, refusal)
	default:
		a.logger.ErrorContext(r.Context(), "an outcome that is not known here", "outcome", answer.Outcome)
		a.show(w, http.StatusServiceUnavailable, unavailable)
	}
}

// identify checks the provider's answer and returns the user's id and name.
func (a *application) identify(r *http.Request) (user, name string, err error) {
	cookie, err := r.Cookie(askedCookie)
	if err != nil {
		return "", "", errors.New("the browser did not ask for this, or long ago")
	}

	raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)

	var ask asked
	if err := errors.Join(err, json.Unmarshal(raw, &ask)); err != nil {
		return "", "", fmt.Errorf("read what was asked: %w", err)
	}

	query := r.URL.Query()
	if ask.State == "" || subtle.ConstantTimeCompare([]byte(ask.State), []byte(query.Get("state"))) == 0 {
		return "", "", errors.New("the answer is to another question")
	}

	if refusal := query.Get("error"); refusal != "" {
		return "", "", fmt.Errorf("the provider refuses: %s: %s", refusal, query.Get("error_description"))
	}

	token, err := a.oauth.Exchange(r.Context(), query.Get("code"), oauth2.VerifierOption(ask.Verifier))
	if err != nil {
		return "", "", fmt.Errorf("exchange the code: %w", err)
	}

	idToken, _ := token.Extra("id_token").(string)

	verified, err := a.verifier.Verify(r.Context(), idToken)
	if err != nil {
		return "", "", fmt.Errorf("verify the ID token: %w", err)
	}

	if verified.Nonce != ask.Nonce {
		return "", "", errors.New("the ID token is for another sign-in")
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

func (a *application) letIn(w http.ResponseWriter, name string) {
	http.SetCookie(w, a.cookie(sessionCookie, a.sessions.start(name), sessionTime))
}

func (a *application) signOut(w http.ResponseWriter, r *http.Request) {
	a.sessions.end(r)
	http.SetCookie(w, a.cookie(sessionCookie, "", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookie is out of reach of scripts and of other sites, and of plain HTTP but on the developer's own machine.
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
		a.logger.Error("a page cannot be shown", "error", err)
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
