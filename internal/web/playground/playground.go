// Package playground serves GraphiQL from the program itself: it works without a network, and under a
// Content-Security-Policy that lets nothing in from elsewhere.
package playground

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"time"
)

// Path is where the playground is served.
const Path = "/playground/"

// policy lets the page load what this server has and talk to nobody else. Styles may be inline, since the
// editor sets them as it runs; scripts may not.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// files are what `make playground` built; without Node, nothing.
//
//go:embed all:dist
var files embed.FS

// Caller is somebody whom a development server lets one act as.
type Caller struct {
	Name  string `json:"name"`
	Role  string `json:"role"`
	Token string `json:"token"`
}

// Handler returns the handler of [Path]. Everybody who can connect may act as the callers; without any, the
// page asks for a token.
func Handler(callers []Caller) (http.Handler, error) {
	built, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, fmt.Errorf("find the playground's files: %w", err)
	}

	if callers == nil {
		callers = []Caller{}
	}

	list, err := json.Marshal(callers)
	if err != nil {
		return nil, fmt.Errorf("encode the callers: %w", err)
	}

	mux := http.NewServeMux()
	mux.Handle("GET "+Path, http.StripPrefix(Path, http.FileServerFS(built)))
	mux.HandleFunc("GET "+Path+"callers.json", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "callers.json", time.Time{}, bytes.NewReader(list))
	})

	if _, err := fs.Stat(built, "index.html"); err != nil {
		mux.HandleFunc("GET "+Path+"{$}", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "This program was built without its playground. Install Node.js 20 or newer and run "+
				"'make playground', then build again. The API is at /graphql.", http.StatusNotFound)
		})
	}

	return secured(mux), nil
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
