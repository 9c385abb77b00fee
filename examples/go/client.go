package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// attemptTimeout is short because a user is waiting to sign in.
const attemptTimeout = 2 * time.Second

// bearerAuth adds the caller's token to each request.
type bearerAuth struct{ token string }

// Do implements [graphql.Doer].
func (a bearerAuth) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+a.token)

	return http.DefaultClient.Do(r)
}

// newClient returns a client that sends each operation once.
func newClient(url, token string) graphql.Client {
	return graphql.NewClient(url+"/graphql", bearerAuth{token})
}

// withRetries returns a client that sends an operation up to maxAttempts times if it fails with a temporary
// error. Use it only for operations that are safe to repeat: all queries, and claimLicense.
func withRetries(client graphql.Client, maxAttempts int) graphql.Client {
	return retryingClient{client, maxAttempts}
}

type retryingClient struct {
	client      graphql.Client
	maxAttempts int
}

// MakeRequest implements [graphql.Client].
func (r retryingClient) MakeRequest(ctx context.Context, request *graphql.Request, response *graphql.Response) error {
	backoff := 100 * time.Millisecond

	for attempt := 1; ; attempt++ {
		err := r.sendOnce(ctx, request, response)
		if err == nil || attempt == r.maxAttempts || !isTemporary(err) {
			return err
		}

		// Jitter keeps clients that failed at the same time from retrying at the same time.
		wait := backoff/2 + rand.N(backoff)
		backoff *= 2

		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func (r retryingClient) sendOnce(ctx context.Context, request *graphql.Request, response *graphql.Response) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()

	return r.client.MakeRequest(ctx, request, response)
}

// isTemporary reports whether a retry may succeed. docs/api.md lists the error codes.
func isTemporary(err error) bool {
	var graphqlErrors gqlerror.List
	if httpError, ok := errors.AsType[*graphql.HTTPError](err); ok {
		graphqlErrors = httpError.Response.Errors
	} else if !errors.As(err, &graphqlErrors) {
		return true // The server sent no response.
	}

	for _, e := range graphqlErrors {
		switch e.Extensions["code"] {
		case "RATE_LIMITED", "OVERLOADED", "UNAVAILABLE":
			return true
		}
	}

	return false
}

// refused returns the user errors of a payload as one error, or nil if there are none.
func refused(userErrors []UserError) error {
	var errs []error
	for _, e := range userErrors {
		errs = append(errs, fmt.Errorf("%v: %s", e.Path, e.Message))
	}

	return errors.Join(errs...)
}
