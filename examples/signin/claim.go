package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// claim is Autoclaim's answer: what became of a sign-in, and what to tell the user.
type claim struct {
	Outcome string
	Message string
}

const (
	tries = 3
	// After this many failures in a row nobody waits for Autoclaim any more, for a while; then one tries again.
	failuresToBreak = 5
	breakTime       = 10 * time.Second
)

// errRefused says that Autoclaim refuses what this service asks: another try would not help, somebody must mend
// the set-up.
var errRefused = errors.New("Autoclaim refuses the request")

// claimer asks Autoclaim for licenses. It is safe for concurrent use.
type claimer struct {
	url, app string
	patience time.Duration
	client   *http.Client // It adds a token of this service's own.
	breaker  *gobreaker.CircuitBreaker[claim]
}

func newClaimer(c config, tokenURL string) *claimer {
	credentials := clientcredentials.Config{ClientID: c.clientID, ClientSecret: c.clientSecret, TokenURL: tokenURL}
	if c.apiScope != "" {
		credentials.Scopes = []string{c.apiScope}
	}

	// No try takes all the time, so that there is some for another; getting a token is bounded like the rest.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Timeout: c.patience * 2 / 5})

	return &claimer{
		url: c.autoclaim + "/graphql", app: c.app, patience: c.patience,
		client: credentials.Client(ctx), // It keeps its token until that expires.
		breaker: gobreaker.NewCircuitBreaker[claim](gobreaker.Settings{
			Timeout:     breakTime,
			ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failuresToBreak },
			// A refusal is an answer, and a user who went away says nothing of Autoclaim.
			IsSuccessful: func(err error) bool {
				return err == nil || errors.Is(err, errRefused) || errors.Is(err, context.Canceled)
			},
		}),
	}
}

// claim gets an answer for a user within the time that there is, or an error. It may be repeated without harm,
// so what has no answer is tried again.
func (c *claimer) claim(ctx context.Context, user string) (claim, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()

	return c.breaker.Execute(func() (claim, error) {
		var errs error

		for try := range tries {
			answer, err := c.try(ctx, user)
			if err == nil || errors.Is(err, errRefused) {
				return answer, err
			}

			errs = errors.Join(errs, err)

			// Those that failed together must not come back together.
			select {
			case <-ctx.Done():
				return claim{}, errs
			case <-time.After(time.Duration(50<<try)*time.Millisecond + rand.N(50*time.Millisecond)):
			}
		}

		return claim{}, errs
	})
}

const operation = `mutation ClaimLicense($input: ClaimLicenseInput!) {
  claimLicense(input: $input) { outcome message userErrors { code message } }
}`

func (c *claimer) try(ctx context.Context, user string) (claim, error) {
	body, err := json.Marshal(map[string]any{
		"query": operation, "variables": map[string]any{"input": map[string]string{"app": c.app, "user": user}},
	})
	if err != nil {
		return claim{}, fmt.Errorf("encode the claim: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return claim{}, fmt.Errorf("ask for a license: %w", err)
	}

	request.Header.Set("Content-Type", "application/json")

	response, err := c.client.Do(request)
	if err != nil {
		return claim{}, fmt.Errorf("ask for a license: %w", err)
	}

	defer response.Body.Close()

	return read(response)
}

// read makes an answer or an error of a response.
func read(response *http.Response) (claim, error) {
	var answer struct {
		Data struct {
			ClaimLicense *struct {
				claim

				UserErrors []struct{ Code, Message string }
			}
		}
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return claim{}, fmt.Errorf("read the answer (status %d): %w", response.StatusCode, err)
	}

	for _, e := range answer.Errors {
		switch e.Extensions.Code {
		case "RATE_LIMITED", "OVERLOADED", "UNAVAILABLE", "INTERNAL":
			return claim{}, fmt.Errorf("no license was claimed: %s: %s", e.Extensions.Code, e.Message)
		default:
			return claim{}, fmt.Errorf("%w: %s: %s", errRefused, e.Extensions.Code, e.Message)
		}
	}

	if answer.Data.ClaimLicense == nil {
		return claim{}, fmt.Errorf("the answer (status %d) holds no claim", response.StatusCode)
	}

	for _, e := range answer.Data.ClaimLicense.UserErrors {
		return claim{}, fmt.Errorf("%w: %s: %s", errRefused, e.Code, e.Message)
	}

	return answer.Data.ClaimLicense.claim, nil
}
