package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

// publicURL is the URL at which browsers reach the server, if a proxy gives it another one.
type publicURL struct {
	// origin is such as https://example.com. It is empty if the operator gave no URL.
	origin string
	// path is the prefix of all paths, such as /autoclaim. It is empty if there is none.
	path string
}

// publicPath matches paths that need no escapes, and that all programs read in the same way.
var publicPath = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)

// parsePublicURL reads the value of --public-url. One slash at its end is ignored.
func parsePublicURL(text string) (publicURL, error) {
	parsed, err := parseWebURL(text)
	if err != nil || parsed.User != nil || strings.ContainsAny(text, "?#") {
		return publicURL{}, errors.New("use the http or https URL at which browsers reach the server, without user, query and fragment, such as https://example.com/autoclaim")
	}

	origin, err := originOf(parsed)
	if err != nil {
		return publicURL{}, err
	}

	path := strings.TrimSuffix(parsed.EscapedPath(), "/")
	if path == "" {
		return publicURL{origin: origin}, nil
	}

	if !publicPath.MatchString(path) {
		return publicURL{}, errors.New("its path may have letters, digits, . _ ~ and - between single slashes, such as /autoclaim")
	}

	// Whether the proxy strips the prefix is not known. A stripped /graphql would look like the prefix /graphql.
	for _, own := range ownPaths() {
		if strings.HasPrefix(own, path+"/") || strings.HasPrefix(path+"/", own) {
			return publicURL{}, fmt.Errorf("its path and the server's own path %s cannot be told apart: use another, such as /autoclaim", own)
		}
	}

	return publicURL{origin: origin, path: path}, nil
}

// ownPaths returns the paths of the server, with a slash at the end.
func ownPaths() []string {
	return []string{
		server.GraphQLPath + "/", server.ClaimsCSVPath + "/", server.MissedClaimsCSVPath + "/", server.HealthPath + "/", server.ReadyPath + "/",
		console.Path, playground.Path, devprovider.Path,
	}
}

func checkPublicURL(text string) error {
	_, err := parsePublicURL(text)

	return err
}

// public returns the URL of --public-url, or an empty one without the flag.
func (c serveCommand) public() publicURL {
	public, _ := parsePublicURL(c.PublicURL) // Kong has checked it.

	return public
}

// isSet says whether the operator gave the URL.
func (u publicURL) isSet() bool { return u.origin != "" }

// host returns the host of the URL without its port, or "" if the operator gave no URL.
func (u publicURL) host() string {
	parsed, err := url.Parse(u.origin)
	if err != nil {
		return ""
	}

	return parsed.Hostname()
}

// String returns the URL without a slash at its end.
func (u publicURL) String() string { return u.origin + u.path }

// socketOrigins returns the origins whose pages may open WebSockets. The public URL's is the server's own, whatever Host
// header the proxy sends.
func (c serveCommand) socketOrigins() []string {
	if public := c.public(); public.isSet() {
		return append(slices.Clone(c.CORSOrigin), public.origin)
	}

	return c.CORSOrigin
}
