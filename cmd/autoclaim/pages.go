package main

import (
	"context"
	"strings"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/demo"
	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/web"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

// pages returns the pages that the flags turn on. The console is the first, so / redirects to it.
func (c serveCommand) pages(ctx context.Context, e *environment) ([]server.Page, error) {
	var pages []server.Page

	prefix := c.public().path

	if c.Console {
		handler, err := console.HandlerOf(ctx, console.Config{
			Authority: c.consoleIssuer(), ClientID: c.ConsoleClientID, Scope: c.ConsoleScope,
			API: prefix + server.GraphQLPath, Path: prefix + console.Path,
		}, e.logger)
		if err != nil {
			return nil, err
		}

		pages = append(pages, server.Page{Path: console.Path, Handler: handler})
	}

	if c.Playground {
		handler, err := playground.Handler(prefix, nil)
		if err != nil {
			return nil, err
		}

		pages = append(pages, server.Page{Path: playground.Path, Handler: handler})
	}

	return pages, nil
}

// demoPages returns the pages of a development server at the URL: the console, the playground, and the OpenID
// provider to sign in at. The first is the console, if it was built. They are for this machine, and for the host of
// --public-url.
func (c serveCommand) demoPages(
	url string, issuer *auth.DevIssuer, tokens map[string]string,
) ([]server.Page, error) {
	provider, err := c.demoProvider(url, issuer)
	if err != nil {
		return nil, err
	}

	public := c.public()

	consolePage, err := console.Handler(console.Config{
		Authority: demoIssuer(url), ClientID: devprovider.ConsoleClient, Scope: c.ConsoleScope,
		API: public.path + server.GraphQLPath, Path: public.path + console.Path,
	})
	if err != nil {
		return nil, err
	}

	if !public.isSet() { // Behind a proxy, the server cannot tell by the Host header which URL a browser has opened.
		consolePage = web.RedirectToOrigin(url, consolePage)
	}

	playgroundPage, err := playground.Handler(public.path, playgroundCallers(tokens))
	if err != nil {
		return nil, err
	}

	pages := []server.Page{
		{Path: console.Path, Handler: web.LoopbackOnly(consolePage, public.host())},
		{Path: playground.Path, Handler: web.LoopbackOnly(playgroundPage, public.host())},
		{Path: devprovider.Path, Handler: web.LoopbackOnly(provider.Handler(), public.host())},
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

	return devprovider.New(devprovider.Config{
		Issuer: demoIssuer(url), Key: key, Audience: auth.DevAudience, People: demo.People(), Tenant: demo.TenantExternalID,
		TokenTTL: signInTokenTTL,
	})
}

// demoIssuer returns the issuer URL of the development server's OpenID provider.
func demoIssuer(url string) string { return url + strings.TrimSuffix(devprovider.Path, "/") }

// playgroundCallers returns the demo's callers with their tokens.
func playgroundCallers(tokens map[string]string) []playground.Caller {
	callers := make([]playground.Caller, 0, len(tokens))

	for _, caller := range demo.Callers() {
		callers = append(callers, playground.Caller{
			Name: caller.DisplayName, Role: devprovider.RoleName(caller), Token: tokens[caller.UserExternalID],
		})
	}

	return callers
}
