// Command signin is an example application. It signs users in with OpenID Connect, claims a license for them as a sign-in
// service of Autoclaim, and lets them in if they have one. Without flags it works with the server of `make run`.
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

// config is the configuration, from flags and the environment.
type config struct {
	listen string
	// url is the public URL of the application. The provider redirects users to its path /callback.
	url string

	issuer       string
	clientID     string
	clientSecret string
	// userClaim is the claim of the ID token that identifies users in Autoclaim: sub, or oid for Entra ID.
	userClaim string
	// apiScope is the scope of access tokens for Autoclaim. It is empty for providers that need none.
	apiScope string

	autoclaim string
	app       string
	// timeout is the time limit of a claim, including retries. The user waits for it.
	timeout time.Duration
	// letInWhenDown lets users in if Autoclaim does not answer in time.
	letInWhenDown bool
}

func main() {
	var c config

	flag.StringVar(&c.listen, "listen", "127.0.0.1:8090", "address to listen on")
	flag.StringVar(&c.url, "url", "http://127.0.0.1:8090", "public URL of the application")
	flag.StringVar(&c.issuer, "issuer", "http://127.0.0.1:8080/oidc", "URL of the OpenID provider")
	flag.StringVar(&c.clientID, "client-id", "autoclaim-sign-in", "client id of the application at the provider; the secret is in SIGNIN_CLIENT_SECRET")
	flag.StringVar(&c.userClaim, "user-claim", "sub", "claim of the ID token with the user's id in Autoclaim; oid for Entra ID")
	flag.StringVar(&c.apiScope, "api-scope", "", "scope of access tokens for Autoclaim, if the provider needs one; api://…/.default for Entra ID")
	flag.StringVar(&c.autoclaim, "autoclaim", "http://127.0.0.1:8080", "URL of the Autoclaim server")
	flag.StringVar(&c.app, "app", "TEAMS1", "code of the app that users sign in to")
	flag.DurationVar(&c.timeout, "patience", 3*time.Second, "longest time that users wait for Autoclaim")
	flag.BoolVar(&c.letInWhenDown, "let-in-when-down", false, "let users in if Autoclaim does not answer")
	flag.Parse()

	c.clientSecret = os.Getenv("SIGNIN_CLIENT_SECRET")
	if c.clientSecret == "" {
		c.clientSecret = "for-development-only" // The secret of the development server.
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
