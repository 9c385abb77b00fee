package main

import (
	"context"
	"net"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/demo"
	"github.com/autoclaim/autoclaim/internal/devprovider"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/web/console"
	"github.com/autoclaim/autoclaim/internal/web/playground"
)

const (
	// printedTokenTTL is the lifetime of the tokens that the server prints.
	printedTokenTTL = 12 * time.Hour
	// signInTokenTTL is the lifetime of the access tokens of people who sign in. It is as short as real providers'.
	signInTokenTTL = 10 * time.Minute
)

// serveDemo returns a function that creates the demo's data if it is missing, prints how to begin, and serves.
func (c serveCommand) serveDemo(e *environment) func(ctx context.Context, db *store.Store) error {
	return func(ctx context.Context, db *store.Store) error {
		if _, err := db.Migrate(ctx); err != nil {
			return err
		}

		if _, err := db.Schema(ctx); err != nil {
			return err
		}

		if err := demo.Fill(ctx, db); err != nil {
			return err
		}

		if err := c.checkTenants(ctx, db); err != nil {
			return err
		}

		issuer, err := auth.OpenDevIssuer(c.DevKey, time.Now)
		if err != nil {
			return err
		}

		tokens := make(map[string]string)

		for _, caller := range demo.Callers() {
			if tokens[caller.UserExternalID], err = issuer.Sign(caller, printedTokenTTL); err != nil {
				return err
			}
		}

		listener, err := c.listen(ctx)
		if err != nil {
			return err
		}

		url := "http://" + listener.Addr().String()
		if public := c.public(); public.isSet() {
			url = public.String()
			e.warnOfPublicDemo(public)
		}

		e.introduceDemo(url, tokens)

		pages, err := c.demoPages(url, issuer, tokens)
		if err != nil {
			return err
		}

		return c.serve(ctx, e, db, issuer.Verifier(demoIssuer(url)), pages, listener)
	}
}

// introduceDemo prints the tokens and the addresses of the pages. Tests and tools read what it prints.
func (e *environment) introduceDemo(url string, tokens map[string]string) {
	e.say("\nAccess tokens for the demo tenant, valid for %v:\n", printedTokenTTL)

	for _, caller := range demo.Callers() {
		e.say("%s (%s)\n%s\n", caller.UserExternalID, devprovider.RoleName(caller), tokens[caller.UserExternalID])
	}

	if console.Built() {
		e.say("Console: %s%s\nSign in as one of the people above. There are no passwords.\n", url, console.Path)
	}

	e.say("Playground: %s%s\nEach tab has an example operation. The menu selects the caller.\n", url, playground.Path)
}

// warnOfPublicDemo warns if a proxy of another machine may serve the demo: its pages give tokens to everybody.
func (e *environment) warnOfPublicDemo(public publicURL) {
	if host := public.host(); host != "localhost" && !net.ParseIP(host).IsLoopback() {
		e.logger.Warn("everybody who reaches the public URL can sign in as an admin of the demo tenant; never use --dev in production",
			"public_url", public.String())
	}
}
