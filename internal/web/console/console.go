// Package console serves the admin console from the program itself: it works without any network but the one
// to this server and to the OpenID provider, under a Content-Security-Policy that lets in nothing else.
package console

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Path is where the console is served.
const Path = "/console/"

// noncePlaceholder stands in the page for a nonce that each answer has of its own: the page's styles are made
// as it runs, and no others are let in.
const noncePlaceholder = "CSP_NONCE"

// files are what `make console` built; without Node, nothing.
//
//go:embed all:dist
var files embed.FS

// Config tells the console where it is, in the names of its config.json.
type Config struct {
	// Authority is the issuer of the OpenID provider, and ClientID what the console is called there.
	Authority string `json:"authority"`
	ClientID  string `json:"clientId"`
	// Scope is what the console asks for, so that its access token is meant for the API.
	Scope string `json:"scope"`
	// API is the URL of the GraphQL API.
	API string `json:"apiUrl"`
	// TokenURLs are the provider's URLs that the console's pages talk to, beside the authority.
	TokenURLs []string `json:"-"`
}

// Built says whether the program has its console.
func Built() bool { return has(files, "dist/index.html") }

func has(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && !info.IsDir()
}

// Handler returns the handler of [Path].
func Handler(config Config) (http.Handler, error) {
	built, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, fmt.Errorf("find the console's files: %w", err)
	}

	return handler(built, config)
}

func handler(built fs.FS, config Config) (http.Handler, error) {
	if !has(built, "index.html") {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "This program was built without its console. Install Node.js 20 or newer and run "+
				"'make console', then build again. The API is at /graphql.", http.StatusNotFound)
		}), nil
	}

	page, err := fs.ReadFile(built, "index.html")
	if err != nil {
		return nil, fmt.Errorf("read the console's page: %w", err)
	}

	settings, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encode the console's settings: %w", err)
	}

	policy, err := contentSecurityPolicy(config)
	if err != nil {
		return nil, err
	}

	c := &console{files: built, page: page, policy: policy}

	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, c.serve)
	mux.HandleFunc("GET "+Path+"config.json", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "config.json", time.Time{}, bytes.NewReader(settings))
	})

	return mux, nil
}

// contentSecurityPolicy returns what the page may do, for each answer's nonce to be put into.
func contentSecurityPolicy(config Config) (string, error) {
	talksTo := []string{"'self'"}

	for _, raw := range append([]string{config.Authority}, config.TokenURLs...) {
		parsed, err := url.Parse(raw)
		if err != nil || parsed.Scheme == "" || parsed.Host == "" {
			return "", fmt.Errorf("%q is no URL of an OpenID provider", raw)
		}

		if origin := parsed.Scheme + "://" + parsed.Host; !slices.Contains(talksTo, origin) {
			talksTo = append(talksTo, origin)
		}
	}

	return "default-src 'none'; script-src 'self'; worker-src 'self'; " +
		"style-src 'self' 'nonce-" + noncePlaceholder + "'; connect-src " + strings.Join(talksTo, " ") + "; " +
		"font-src 'self'; img-src 'self' data:; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", nil
}

// console is what was built, and how it is served.
type console struct {
	files  fs.FS
	page   []byte
	policy string
}

// serve answers with a file, or with the page, which knows what its URL stands for.
func (c *console) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), strings.TrimSuffix(Path, "/"))

	switch name = strings.TrimPrefix(name, "/"); {
	case name == "index.html" || path.Ext(name) == "":
		c.servePage(w, r)
	default:
		c.serveFile(w, r, name)
	}
}

func (c *console) servePage(w http.ResponseWriter, r *http.Request) {
	nonce := rand.Text()
	header := w.Header()
	header.Set("Content-Security-Policy", strings.ReplaceAll(c.policy, noncePlaceholder, nonce))
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/html; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(bytes.ReplaceAll(c.page, []byte(noncePlaceholder), []byte(nonce))))
}

// serveFile sends a file as the build compressed it. The names of those below assets change with what is in
// them, so browsers may keep them for good.
func (c *console) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	if !has(c.files, name) {
		http.Error(w, "There is nothing at this path. The console is at "+Path, http.StatusNotFound)

		return
	}

	header := w.Header()
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache")

	if strings.HasPrefix(name, "assets/") {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}

	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		header.Set("Content-Type", kind)
	}

	for _, encoding := range []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if has(c.files, name+encoding.suffix) && accepts(r, encoding.name) {
			header.Set("Content-Encoding", encoding.name)

			name += encoding.suffix

			break
		}
	}

	http.ServeFileFS(w, r, c.files, name) //nolint:gosec // A path of the embedded files, which was found.
}

// accepts says whether the client reads an encoding.
func accepts(r *http.Request, encoding string) bool {
	for offer := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(offer), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			weight = strings.TrimSpace(weight)

			return weight != "q=0" && weight != "q=0.0"
		}
	}

	return false
}
