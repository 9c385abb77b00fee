// Package devprovider is the OpenID provider of a development server: one signs in by choosing who to be. The
// protocol is a certified library's; here are the people, the page to choose on, and what is remembered while
// the process lives. Whoever can connect can be everybody, so it must be served on loopback alone.
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

// Path is where the provider is served; its issuer is the server's URL with this path, less the last slash.
const Path = "/oidc/"

//go:embed login.html login.css
var files embed.FS

// Config is whom a provider lets in, and what its tokens say.
type Config struct {
	// Issuer is the provider's URL.
	Issuer string
	// Key signs its tokens.
	Key jose.JSONWebKey
	// Audience is what its access tokens are meant for.
	Audience string
	// People are those to choose among. Others may sign in by any id, and have no role.
	People []auth.Identity
	// Tenant is the organization of all of them.
	Tenant string
	// TokenTTL is for how long an access token is good.
	TokenTTL time.Duration
}

// Provider is an OpenID provider. Its Handler answers requests of [Path] and below.
type Provider struct {
	*op.Provider

	config  Config
	store   *storage
	clients map[string]client
	cookie  string
}

// New returns a provider that has signed nobody in.
func New(config Config) (*Provider, error) {
	base, err := url.Parse(config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("the provider's issuer: %w", err)
	}

	p := &Provider{
		config: config, clients: clients(base.Scheme + "://" + base.Host),
		// Servers on other ports of this machine get the same cookies.
		cookie: "autoclaim-dev-session-" + base.Port(),
	}
	p.store = newStorage(config, p.clients)

	var key [32]byte

	_, _ = rand.Read(key[:]) // It never fails.

	algorithm := string(jose.EdDSA)

	p.Provider, err = op.NewProvider(
		&op.Config{
			CryptoKey: key, CodeMethodS256: true, GrantTypeRefreshToken: true,
			DefaultLogoutRedirectURI: Path + "signed-out",
		},
		p.store, op.StaticIssuer(config.Issuer), op.WithAllowInsecure(),
		// Pages of other origins have no business here.
		op.WithCORSOptions(nil),
		op.WithAccessTokenVerifierOpts(op.WithSupportedAccessTokenSigningAlgorithms(algorithm)),
		op.WithIDTokenHintVerifierOpts(op.WithSupportedIDTokenHintSigningAlgorithms(algorithm)),
	)
	if err != nil {
		return nil, fmt.Errorf("make the development provider: %w", err)
	}

	return p, nil
}

// Handler returns the handler of [Path].
func (p *Provider) Handler() http.Handler {
	protocol := http.StripPrefix(strings.TrimSuffix(Path, "/"), p.Provider)

	mux := http.NewServeMux()
	mux.Handle(Path, protocol)
	mux.Handle("GET "+Path+"end_session", p.endingSession(protocol))
	mux.Handle("POST "+Path+"end_session", p.endingSession(protocol))
	mux.HandleFunc("GET "+Path+"login", p.showLogin)
	mux.HandleFunc("POST "+Path+"login", p.signIn)
	mux.HandleFunc("GET "+Path+"signed-out", p.showSignedOut)
	mux.HandleFunc("GET "+Path+"login.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "login.css")
	})

	return mux
}

// endingSession forgets who the browser is before the protocol's answer.
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
	return &http.Cookie{ //nolint:gosec // Not Secure: it is on loopback, by plain HTTP.
		Name: p.cookie, Value: value, Path: Path, MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
