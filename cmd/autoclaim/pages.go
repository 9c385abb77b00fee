package main

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

// graphQLPath is where the console finds the API of the server that serves it.
const graphQLPath = "/graphql"

// pages are those that the operator wants: the console first, if it is there.
func (c serveCommand) pages(ctx context.Context) ([]server.Page, error) {
	var pages []server.Page

	if c.Console {
		urls, err := console.TokenURLs(ctx, c.Issuer)
		if err != nil {
			return nil, err
		}

		handler, err := console.Handler(console.Config{
			Authority: c.Issuer, ClientID: c.ConsoleClientID, Scope: c.ConsoleScope, API: graphQLPath, TokenURLs: urls,
		})
		if err != nil {
			return nil, err
		}

		pages = append(pages, server.Page{Path: console.Path, Handler: handler})
	}

	if c.Playground {
		handler, err := playground.Handler(nil)
		if err != nil {
			return nil, err
		}

		pages = append(pages, server.Page{Path: playground.Path, Handler: handler})
	}

	return pages, nil
}

// demoPages are the console, the playground, and the provider at which one signs in as one of the people.
func (c serveCommand) demoPages(
	url string, issuer *auth.DevIssuer, tokens map[string]string,
) ([]server.Page, error) {
	provider, err := c.demoProvider(url, issuer)
	if err != nil {
		return nil, err
	}

	admin, err := console.Handler(console.Config{
		Authority: demoIssuer(url), ClientID: devprovider.ConsoleClient, Scope: c.ConsoleScope, API: graphQLPath,
	})
	if err != nil {
		return nil, err
	}

	explore, err := playground.Handler(playgroundCallers(tokens))
	if err != nil {
		return nil, err
	}

	pages := []server.Page{
		{Path: console.Path, Handler: loopbackOnly(atItsAddress(url, admin))},
		{Path: playground.Path, Handler: loopbackOnly(explore)},
		{Path: devprovider.Path, Handler: loopbackOnly(provider.Handler())},
	}

	if !console.Built() {
		pages[0], pages[1] = pages[1], pages[0]
	}

	return pages, nil
}

func (c serveCommand) demoProvider(url string, issuer *auth.DevIssuer) (*devprovider.Provider, error) {
	key, err := issuer.Key()
	if err != nil {
		return nil, err
	}

	var people []auth.Identity

	for _, caller := range demoCallers() {
		if !caller.Roles.Has(auth.RoleSignInService) { // It is nobody.
			people = append(people, caller)
		}
	}

	return devprovider.New(devprovider.Config{
		Issuer: demoIssuer(url), Key: key, Audience: auth.DevAudience, People: people, Tenant: demoTenant,
		TokenTTL: demoSignInTTL,
	})
}

// demoIssuer is the issuer of the development server's own provider.
func demoIssuer(url string) string { return url + strings.TrimSuffix(devprovider.Path, "/") }

// loopbackOnly keeps other sites' pages from reading a page and its tokens by giving their own names this
// machine's address (DNS rebinding).
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}

		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "Open the page by its loopback address.", http.StatusMisdirectedRequest)

			return
		}

		next.ServeHTTP(w, r)
	})
}

// atItsAddress leads from this machine's other names to the one that the provider knows the console by.
func atItsAddress(url string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if "http://"+r.Host != url {
			http.Redirect(w, r, url+r.URL.RequestURI(), http.StatusTemporaryRedirect) //nolint:gosec // To this server.

			return
		}

		next.ServeHTTP(w, r)
	})
}
