// Package devprovider is the OpenID provider of a development server. Users sign in by choosing a person, without a
// password. A certified library implements the protocol. This package has the people, the login page and the storage,
// which is in memory. Everyone who can connect can sign in as anyone, so serve it on loopback only.
package devprovider

import (
	"crypto/rand"
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// Path is the path of the provider, without the prefix of a proxy. Its issuer is the server's URL with this path, without
// the last slash.
const Path = "/oidc/"

//go:embed login.html login.css
var files embed.FS

// Config is the configuration of a provider. All fields are required but People.
type Config struct {
	// Issuer is the provider's URL, which ends with [Path] without its last slash.
	Issuer string
	// Key is the private Ed25519 key that signs the tokens.
	Key jose.JSONWebKey
	// Audience is the audience of the access tokens.
	Audience string
	// People are on the login page. Users may also type any other id, and have no role then.
	People []auth.Identity
	// Tenant is the external id of the tenant in all access tokens.
	Tenant string
	// TokenTTL is the lifetime of access tokens.
	TokenTTL time.Duration
}

// Provider is an OpenID provider. It is safe for concurrent use.
type Provider struct {
	*op.Provider

	config  Config
	store   *storage
	clients map[string]client
	cookie  string
	// path is that of the issuer, with a slash at its end. secure says whether browsers reach it by https.
	path   string
	secure bool
}

// New returns a provider without sign-ins or sessions.
func New(config Config) (*Provider, error) {
	base, err := url.Parse(config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("parse the provider's issuer: %w", err)
	}

	p := &Provider{
		config: config, path: base.Path + "/", secure: base.Scheme == "https",
		clients: clients(strings.TrimSuffix(config.Issuer, strings.TrimSuffix(Path, "/")), base.Path+"/"),
		// Browsers send cookies to all ports of a host, so each server needs a name of its own.
		cookie: "autoclaim-dev-session-" + base.Port(),
	}
	p.store = newStorage(config, p.clients)

	var key [32]byte

	_, _ = rand.Read(key[:]) // It never fails.

	algorithm := string(jose.EdDSA)

	p.Provider, err = op.NewProvider(
		&op.Config{
			CryptoKey: key, CodeMethodS256: true, GrantTypeRefreshToken: true,
			DefaultLogoutRedirectURI: p.path + "signed-out",
		},
		p.store, op.StaticIssuer(config.Issuer), op.WithAllowInsecure(),
		// Pages of other origins must not call the provider.
		op.WithCORSOptions(nil),
		op.WithAccessTokenVerifierOpts(op.WithSupportedAccessTokenSigningAlgorithms(algorithm)),
		op.WithIDTokenHintVerifierOpts(op.WithSupportedIDTokenHintSigningAlgorithms(algorithm)),
	)
	if err != nil {
		return nil, fmt.Errorf("create the development provider: %w", err)
	}

	return p, nil
}

// Handler returns the handler of the issuer's path and all paths below it.
func (p *Provider) Handler() http.Handler {
	protocol := http.StripPrefix(strings.TrimSuffix(p.path, "/"), p.Provider)

	mux := http.NewServeMux()
	mux.Handle(p.path, protocol)
	mux.Handle(p.path+"authorize", p.checkingRedirect(protocol))
	mux.Handle("GET "+p.path+"end_session", p.endingSession(protocol))
	mux.Handle("POST "+p.path+"end_session", p.endingSession(protocol))
	mux.HandleFunc("GET "+p.path+"login", p.showLogin)
	mux.HandleFunc("POST "+p.path+"login", p.submitLogin)
	mux.HandleFunc("GET "+p.path+"signed-out", p.showSignedOut)
	mux.HandleFunc("GET "+p.path+"login.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "login.css")
	})

	return mux
}

// checkingRedirect refuses sign-ins that would send the browser to a URL that their client does not have.
func (p *Provider) checkingRedirect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "The request is malformed.", http.StatusBadRequest)

			return
		}

		targets, ids := r.Form["redirect_uri"], r.Form["client_id"]
		if len(targets) != 1 || len(ids) != 1 || !p.clients[ids[0]].allowsRedirect(targets[0]) {
			http.Error(w, "The redirect_uri is not one of the client's. See docs/integrate.md.", http.StatusBadRequest)

			return
		}

		next.ServeHTTP(w, r)
	})
}

// endingSession ends the browser's session, then lets the library answer the request.
func (p *Provider) endingSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie(p.cookie); err == nil {
			p.store.endSession(cookie.Value)
		}

		http.SetCookie(w, p.sessionCookie("", -1))
		next.ServeHTTP(w, r)
	})
}

func (p *Provider) sessionCookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Not Secure if the server is served by plain HTTP, as most development servers are.
		Name: p.cookie, Value: value, Path: p.path, MaxAge: maxAge, Secure: p.secure, HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}
