// Command signin is an application that lets users in after it has signed them in by OpenID Connect and asked
// Autoclaim, as a sign-in service, for a license for them. Without flags it works with `make run`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"
)

// config is what an operator sets.
type config struct {
	listen string
	// url is where users find the application; the provider sends them back to its /callback.
	url string

	issuer       string
	clientID     string
	clientSecret string
	// userClaim is the ID token's claim that Autoclaim knows users by: sub, or oid for Entra ID.
	userClaim string
	// apiScope is what the provider needs to be asked for to give a token for Autoclaim; Entra ID does.
	apiScope string

	autoclaim string
	app       string
	// patience is the time that a claim gets, with all its tries: somebody waits.
	patience time.Duration
	// letInWhenDown says what happens to users if Autoclaim doesn't answer in that time.
	letInWhenDown bool
}

func main() {
	var c config

	flag.StringVar(&c.listen, "listen", "127.0.0.1:8090", "the address to listen on")
	flag.StringVar(&c.url, "url", "http://127.0.0.1:8090", "where users find the application")
	flag.StringVar(&c.issuer, "issuer", "http://127.0.0.1:8080/oidc", "the OpenID provider")
	flag.StringVar(&c.clientID, "client-id", "autoclaim-sign-in", "what the provider calls the application; its secret is in SIGNIN_CLIENT_SECRET")
	flag.StringVar(&c.userClaim, "user-claim", "sub", "the claim with the user's id, as Autoclaim has it; oid for Entra ID")
	flag.StringVar(&c.apiScope, "api-scope", "", "the scope of a token for Autoclaim, if the provider wants one; api://…/.default for Entra ID")
	flag.StringVar(&c.autoclaim, "autoclaim", "http://127.0.0.1:8080", "the Autoclaim server")
	flag.StringVar(&c.app, "app", "TEAMS1", "the app that users sign in to, by its code")
	flag.DurationVar(&c.patience, "patience", 3*time.Second, "how long users wait for Autoclaim at most")
	flag.BoolVar(&c.letInWhenDown, "let-in-when-down", false, "let users in if Autoclaim does not answer")
	flag.Parse()

	c.clientSecret = os.Getenv("SIGNIN_CLIENT_SECRET")
	if c.clientSecret == "" {
		c.clientSecret = "for-development-only" // What a development server takes.
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "signin:", err)
		os.Exit(1)
	}
}

// run serves the application until ctx ends.
func run(ctx context.Context, c config) error {
	app, err := newApplication(ctx, c, slog.Default())
	if err != nil {
		return err
	}

	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}

	server := &http.Server{Handler: app.handler(), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })
	slog.Info("serving", "url", c.url)

	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}

	return nil
}
