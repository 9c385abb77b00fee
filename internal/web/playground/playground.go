// Package playground serves GraphiQL, whose files are embedded in the program. Browsers need no network but this server,
// and its Content-Security-Policy allows no other.
package playground

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/autoclaim/autoclaim/internal/web"
)

// Path is the path of the playground, without the prefix of a proxy.
const Path = "/playground/"

// policy allows this server only. Styles may be inline, since the editor adds them at run time. Scripts may not.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// files is the output of `make playground`. It is empty if Node.js was missing.
//
//go:embed all:dist
var files embed.FS

// Caller is a caller that the page can act as, on a development server.
type Caller struct {
	Name  string `json:"name"`
	Role  string `json:"role"`
	Token string `json:"token"`
}

// Handler returns the handler of prefix + [Path] and all paths below it. The API is at prefix + /graphql. Every client gets the callers' tokens. Without callers,
// the page asks for a token. Without the playground's files, the handler answers 404 and says how to build them.
func Handler(prefix string, callers []Caller) (http.Handler, error) {
	built, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the playground's files: %w", err)
	}

	if callers == nil {
		callers = []Caller{}
	}

	list, err := json.Marshal(callers)
	if err != nil {
		return nil, fmt.Errorf("encode the callers: %w", err)
	}

	path := prefix + Path
	mux := http.NewServeMux()
	mux.Handle("GET "+path, http.StripPrefix(path, http.FileServerFS(web.Built(built))))
	mux.HandleFunc("GET "+path+"callers.json", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "callers.json", time.Time{}, bytes.NewReader(list))
	})

	if _, err := fs.Stat(built, "index.html"); err != nil {
		mux.HandleFunc("GET "+path+"{$}", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "This program was built without the playground. Install Node.js 20 or newer and run "+
				"'make playground', then build again. The API is at "+prefix+"/graphql.", http.StatusNotFound)
		})
	}

	return secured(mux), nil
}

// secured adds the security headers.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
