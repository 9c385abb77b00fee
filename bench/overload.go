package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// measureOverload compares the throughput for as many callers as the limit of concurrent requests allows with the
// throughput for ten times as many callers, who wait for the time in Retry-After.
func (b *testbed) measureOverload(ctx context.Context, directory string, rounds int) error {
	const (
		maxInFlight = 256
		atLimit     = maxInFlight / 4 // The share of one principal.
		overLimit   = 10 * atLimit
	)

	limited, err := startServer(ctx, b.server.binary, b.database, directory, fmt.Sprintf("AUTOCLAIM_MAX_IN_FLIGHT=%d", maxInFlight))
	if err != nil {
		return err
	}

	overloaded := *b
	overloaded.server = limited

	if overloaded.signIn, err = limited.target("sign-in", auth.RoleSignInService); err == nil {
		err = overloaded.addReturningUsers(ctx)
	}

	if err == nil {
		err = overloaded.compareLoads(ctx, rounds, atLimit, overLimit)
	}

	return errors.Join(err, limited.Stop())
}

func (b *testbed) compareLoads(ctx context.Context, rounds, atLimit, overLimit int) error {
	fmt.Printf("| measured, %d rounds of %v | median per second | relative to the first | range within rounds | rejected, p99 |\n", rounds, b.duration)
	fmt.Printf("| --- | --- | --- | --- | --- |\n")

	kinds := []struct {
		name      string
		operation operation
		first     func() int
	}{
		{"new claims", claim(newUser, `"CLAIMED"`), func() int { return b.users }},
		{"sign-ins", claim(returningUser, `"ALREADY_LICENSED"`), func() int { return 0 }},
	}

	for _, kind := range kinds {
		kind.operation.rejected = func(body []byte) bool { return bytes.Contains(body, []byte(`"OVERLOADED"`)) }

		var (
			peaks, overloads, shares []float64
			rejections               []time.Duration
		)

		for range rounds {
			peak, err := runLoad(ctx, b.signIn, atLimit, kind.first(), b.duration, kind.operation)
			if err != nil {
				return err
			}

			b.users += peak.requests

			overload, err := runLoad(ctx, b.signIn, overLimit, kind.first(), b.duration, kind.operation)
			if err != nil {
				return err
			}

			b.users += overload.requests
			peaks, overloads = append(peaks, peak.perSecond), append(overloads, overload.perSecond)
			shares, rejections = append(shares, overload.perSecond/peak.perSecond), append(rejections, overload.rejectedP99)

			if overload.rejected == 0 {
				return errors.New("the server rejected no request")
			}
		}

		slices.Sort(rejections)
		fmt.Printf("| %s, %d callers | %.0f | 1.00 | | |\n", kind.name, atLimit, median(peaks))
		fmt.Printf("| %s, %d callers | %.0f | %.2f | %.2f–%.2f | %v |\n", kind.name, overLimit, median(overloads),
			median(overloads)/median(peaks), slices.Min(shares), slices.Max(shares), rejections[len(rejections)/2].Round(10*time.Microsecond)) //nolint:mnd // Finer is noise.
	}

	return b.server.Check(ctx)
}
