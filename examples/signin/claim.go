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

// claim is the result of a claim: its outcome, and a message for the user.
type claim struct {
	Outcome string
	Message string
}

const (
	maxAttempts = 3
	// After this many consecutive failures, the circuit breaker stops all calls for openTime. Then it allows one call.
	failuresToOpen = 5
	openTime       = 10 * time.Second
)

// errRefused means that Autoclaim refused the request. A retry does not help: the configuration must be fixed.
var errRefused = errors.New("Autoclaim refused the request")

// claimer claims licenses. It is safe for concurrent use.
type claimer struct {
	url, app string
	timeout  time.Duration
	client   *http.Client // It adds the access token of this service.
	breaker  *gobreaker.CircuitBreaker[claim]
}

func newClaimer(c config, tokenURL string) *claimer {
	credentials := clientcredentials.Config{ClientID: c.clientID, ClientSecret: c.clientSecret, TokenURL: tokenURL}
	if c.apiScope != "" {
		credentials.Scopes = []string{c.apiScope}
	}

	// One attempt cannot use all of the time, so that there is time for a retry. Token requests have the same limit.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Timeout: c.timeout * 2 / 5})

	return &claimer{
		url: c.autoclaim + "/graphql", app: c.app, timeout: c.timeout,
		client: credentials.Client(ctx), // It reuses its token until that expires.
		breaker: gobreaker.NewCircuitBreaker[claim](gobreaker.Settings{
			Timeout:     openTime,
			ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failuresToOpen },
			// A refusal shows that Autoclaim works, and a canceled request shows nothing.
			IsSuccessful: func(err error) bool {
				return err == nil || errors.Is(err, errRefused) || errors.Is(err, context.Canceled)
			},
		}),
	}
}

// claim claims a license for a user. It retries, because a claim is safe to repeat, and returns an error if there is no
// answer within the timeout.
func (c *claimer) claim(ctx context.Context, user string) (claim, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	return c.breaker.Execute(func() (claim, error) {
		var errs error

		for attempt := range maxAttempts {
			answer, err := c.sendOnce(ctx, user)
			if err == nil || errors.Is(err, errRefused) {
				return answer, err
			}

			errs = errors.Join(errs, err)

			// Jitter keeps requests that failed at the same time from retrying at the same time.
			select {
			case <-ctx.Done():
				return claim{}, errs
			case <-time.After(time.Duration(50<<attempt)*time.Millisecond + rand.N(50*time.Millisecond)):
			}
		}

		return claim{}, errs
	})
}

const operation = `mutation ClaimLicense($input: ClaimLicenseInput!) {
  claimLicense(input: $input) { outcome message userErrors { code message } }
}`

func (c *claimer) sendOnce(ctx context.Context, user string) (claim, error) {
	body, err := json.Marshal(map[string]any{
		"query": operation, "variables": map[string]any{"input": map[string]string{"app": c.app, "user": user}},
	})
	if err != nil {
		return claim{}, fmt.Errorf("encode the claim: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return claim{}, fmt.Errorf("claim a license: %w", err)
	}

	request.Header.Set("Content-Type", "application/json")

	response, err := c.client.Do(request)
	if err != nil {
		return claim{}, fmt.Errorf("claim a license: %w", err)
	}

	defer response.Body.Close()

	return parse(response)
}

// parse returns the claim in a response, or its error.
func parse(response *http.Response) (claim, error) {
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
		return claim{}, fmt.Errorf("parse the response (status %d): %w", response.StatusCode, err)
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
		return claim{}, fmt.Errorf("the response (status %d) has no claim", response.StatusCode)
	}

	for _, e := range answer.Data.ClaimLicense.UserErrors {
		return claim{}, fmt.Errorf("%w: %s: %s", errRefused, e.Code, e.Message)
	}

	return answer.Data.ClaimLicense.claim, nil
}
