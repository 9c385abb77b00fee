// Package console serves the admin console, whose files are embedded in the program. Browsers need no network but this
// server and the OpenID provider, and its Content-Security-Policy allows no other.
package console

import (
	"bytes"
	"cmp"
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

	"github.com/autoclaim/autoclaim/internal/web"
)

// Path is the path of the console, without the prefix of a proxy.
const Path = "/console/"

// relativePath is how URLs of the console's own files, and its own path, begin in the page. The handler replaces it by
// [Config.Path]: the page is the same at all paths below that.
const relativePath = `"./`

// noncePlaceholder is replaced in the page by a nonce, which is new for each response. The Content-Security-Policy
// allows the styles that the page adds at run time by this nonce.
const noncePlaceholder = "CSP_NONCE"

// files is the output of `make console`. It is empty if Node.js was missing.
//
//go:embed all:dist
var files embed.FS

// Config is the configuration of the console. Its JSON form is the console's config.json.
type Config struct {
	// Authority is the issuer URL of the OpenID provider, and ClientID the console's client id there.
	Authority string `json:"authority"`
	ClientID  string `json:"clientId"`
	// Scope is the scopes that the console requests, separated by spaces.
	Scope string `json:"scope"`
	// API is the path of the GraphQL API.
	API string `json:"apiUrl"`
	// Path is the path of the console as browsers see it, with a slash at its end; [Path] if empty.
	Path string `json:"-"`
	// TokenURLs are further URLs of the provider that the page may call (see [TokenURLs]).
	TokenURLs []string `json:"-"`
}

// Built reports whether the program contains the console's files.
func Built() bool { return has(files, "dist/index.html") }

func has(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && !info.IsDir()
}

// Handler returns the handler of [Config.Path] and all paths below it. It fails if a URL in the configuration is not absolute.
// Without the console's files, the handler answers 404 and says how to build them.
func Handler(config Config) (http.Handler, error) {
	built, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the console's files: %w", err)
	}

	return handler(built, config)
}

func handler(embedded fs.FS, config Config) (http.Handler, error) {
	built := web.Built(embedded)
	config.Path = cmp.Or(config.Path, Path)

	if !has(built, "index.html") {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "This program was built without the console. Install Node.js 20 or newer and run "+
				"'make console', then build again. The API is at "+config.API+".", http.StatusNotFound)
		}), nil
	}

	page, err := fs.ReadFile(built, "index.html")
	if err != nil {
		return nil, fmt.Errorf("read the console's index.html: %w", err)
	}

	settings, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encode the console's config.json: %w", err)
	}

	policy, err := contentSecurityPolicy(config)
	if err != nil {
		return nil, err
	}

	page = bytes.ReplaceAll(page, []byte(relativePath), []byte(`"`+config.Path))
	c := &console{files: built, path: config.Path, page: page, policy: policy}

	mux := http.NewServeMux()
	mux.HandleFunc("GET "+config.Path, c.serve)
	mux.HandleFunc("GET "+config.Path+"config.json", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "config.json", time.Time{}, bytes.NewReader(settings))
	})

	return mux, nil
}

// contentSecurityPolicy returns the page's policy, with a placeholder for the nonce.
func contentSecurityPolicy(config Config) (string, error) {
	connectSources := []string{"'self'"}

	for _, raw := range append([]string{config.Authority}, config.TokenURLs...) {
		parsed, err := url.Parse(raw)
		if err != nil || parsed.Scheme == "" || parsed.Host == "" {
			return "", fmt.Errorf("%q is not an absolute URL of an OpenID provider", raw)
		}

		if origin := parsed.Scheme + "://" + parsed.Host; !slices.Contains(connectSources, origin) {
			connectSources = append(connectSources, origin)
		}
	}

	return "default-src 'none'; script-src 'self'; worker-src 'self'; " +
		"style-src 'self' 'nonce-" + noncePlaceholder + "'; connect-src " + strings.Join(connectSources, " ") + "; " +
		"font-src 'self'; img-src 'self' data:; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", nil
}

// console serves the console's files.
type console struct {
	files  fs.FS
	path   string
	page   []byte
	policy string
}

// serve answers with a file or, for a path without an extension, with the page, which shows the view of its URL.
func (c *console) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), strings.TrimSuffix(c.path, "/"))

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

// serveFile sends a file, compressed if the client accepts that. The names of files in assets change with their content,
// so browsers may cache them forever.
func (c *console) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	compressed := strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz")
	if compressed || !has(c.files, name) {
		http.Error(w, "There is nothing at this path. The console is at "+c.path, http.StatusNotFound)

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

	http.ServeFileFS(w, r, c.files, name) //nolint:gosec // The name is that of an embedded file.
}

// accepts reports whether the client accepts a content encoding.
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
