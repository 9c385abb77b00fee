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

// tryTimeout is how long one try may take: somebody waits to sign in.
const tryTimeout = 2 * time.Second

// authorized adds the caller's token to each request.
type authorized struct{ token string }

// Do implements [graphql.Doer].
func (a authorized) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+a.token)

	return http.DefaultClient.Do(r)
}

// newClient returns a client that sends each operation once.
func newClient(url, token string) graphql.Client {
	return graphql.NewClient(url+"/graphql", authorized{token})
}

// retrying returns a client that sends an operation until it is answered, a few times at most. It is for
// operations that may be repeated without harm: all queries, and claimLicense.
func retrying(client graphql.Client, tries int) graphql.Client { return repeater{client, tries} }

type repeater struct {
	once  graphql.Client
	tries int
}

// MakeRequest implements [graphql.Client].
func (r repeater) MakeRequest(ctx context.Context, request *graphql.Request, response *graphql.Response) error {
	pause := 100 * time.Millisecond

	for try := 1; ; try++ {
		err := r.attempt(ctx, request, response)
		if err == nil || try == r.tries || !temporary(err) {
			return err
		}

		// Clients that failed together must not come back together.
		wait := pause/2 + rand.N(pause)
		pause *= 2

		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func (r repeater) attempt(ctx context.Context, request *graphql.Request, response *graphql.Response) error {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()

	return r.once.MakeRequest(ctx, request, response)
}

// temporary says whether the same request may succeed a moment later; docs/api.md lists the codes.
func temporary(err error) bool {
	var refused gqlerror.List
	if answered, ok := errors.AsType[*graphql.HTTPError](err); ok {
		refused = answered.Response.Errors
	} else if !errors.As(err, &refused) {
		return true // No answer at all.
	}

	for _, e := range refused {
		switch e.Extensions["code"] {
		case "RATE_LIMITED", "OVERLOADED", "UNAVAILABLE":
			return true
		}
	}

	return false
}

// accepted makes an error of the reasons why a rule refused a change.
func accepted[E interface {
	GetMessage() string
	GetPath() []string
}](refusals []E) error {
	var errs []error
	for _, refusal := range refusals {
		errs = append(errs, fmt.Errorf("%v: %s", refusal.GetPath(), refusal.GetMessage()))
	}

	return errors.Join(errs...)
}
