// Package web protects the pages that a development server serves on loopback.
package web

import (
	"net"
	"net/http"
	"strings"
)

// LoopbackOnly refuses requests whose Host is not a loopback address or the given host, which may be empty. Otherwise a web
// site could give its own host name this machine's address (DNS rebinding) and read the page with its tokens.
func LoopbackOnly(next http.Handler, alsoHost string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}

		host = strings.Trim(host, "[]")
		allowed := host == "localhost" || net.ParseIP(host).IsLoopback() || host != "" && strings.EqualFold(host, alsoHost)

		if !allowed {
			http.Error(w, "Open this page by its loopback address, such as http://127.0.0.1:8080.", http.StatusMisdirectedRequest)

			return
		}

		next.ServeHTTP(w, r)
	})
}

// RedirectToOrigin redirects requests of other origins of this server, such as http://localhost:8080, to the same
// path of the given one. A page that signs in needs it, because the OpenID provider knows the page by one URL.
func RedirectToOrigin(origin string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if "http://"+r.Host != origin {
			http.Redirect(w, r, origin+r.URL.RequestURI(), http.StatusTemporaryRedirect) //nolint:gosec // To this server.

			return
		}

		next.ServeHTTP(w, r)
	})
}
