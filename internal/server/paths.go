package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// A proxy may serve this server below a path of its own ([Config.PublicPath]), and strip that prefix or pass it on. Logs,
// metrics and middleware see paths without the prefix. Handlers see paths with it, as browsers do, so that their redirects
// are right.

// withoutPrefix returns a URL without the prefix, if it has one.
func withoutPrefix(u *url.URL, prefix string) *url.URL {
	rest, found := strings.CutPrefix(u.Path, prefix)
	if prefix == "" || !found || rest != "" && rest[0] != '/' {
		return u
	}

	if rest == "" {
		rest = "/"
	}

	stripped := *u
	stripped.Path = rest
	// It is empty if the path has no escapes that matter. If the prefix itself is escaped, the rest is escaped anew.
	stripped.RawPath, found = strings.CutPrefix(u.RawPath, prefix)
	if !found {
		stripped.RawPath = ""
	}

	return &stripped
}

// belowPrefix returns a handler that gives its requests' paths the prefix.
func belowPrefix(prefix string, next http.Handler) http.Handler {
	if prefix == "" {
		return next
	}

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		public := *r.URL
		public.Path = prefix + r.URL.Path

		if r.URL.RawPath != "" {
			public.RawPath = prefix + r.URL.RawPath
		}

		below := r.WithContext(r.Context())
		below.URL = &public
		// The handler may panic to abort a response, which is logged too.
		defer func() { r.Pattern = strings.Replace(below.Pattern, prefix, "", 1) }()

		next.ServeHTTP(w, below)
	})
}

// forMethods returns a handler that passes on requests of the methods, answers OPTIONS, and refuses others.
func forMethods(next http.Handler, methods ...string) http.Handler {
	next = withOptions(next, methods...)
	allow := strings.Join(methods, ", ")

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(methods, r.Method) && r.Method != http.MethodOptions {
			w.Header().Set("Allow", allow)
			apierror.Write(w, r, http.StatusMethodNotAllowed, apierror.CodeBadUserInput,
				"This path has no such method. Use "+strings.Join(methods, " or ")+".")

			return
		}

		next.ServeHTTP(w, r)
	})
}

// withOptions returns a handler that answers OPTIONS with the methods. A preflight request of an allowed origin does not
// come here.
func withOptions(next http.Handler, methods ...string) http.Handler {
	allow := strings.Join(append(slices.Clone(methods), http.MethodOptions), ", ")

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && r.Header.Get("Upgrade") == "" {
			w.Header().Set("Allow", allow)
			w.WriteHeader(http.StatusNoContent)

			return
		}

		next.ServeHTTP(w, r)
	})
}
