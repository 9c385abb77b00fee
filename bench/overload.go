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

// measureOverload compares what a server does for as many callers as it has places with what it does for ten times
// as many, who wait as long as they are told to.
func (s *stage) measureOverload(ctx context.Context, directory string, rounds int) error {
	const (
		inFlight = 256
		places   = inFlight / 4 // What one principal gets.
		tenTimes = 10 * places
	)

	small, err := start(ctx, s.server.binary, s.database, directory, fmt.Sprintf("AUTOCLAIM_MAX_IN_FLIGHT=%d", inFlight))
	if err != nil {
		return err
	}

	crowd := *s
	crowd.server = small

	if crowd.signIn, err = small.as("sign-in", auth.RoleSignInService); err == nil {
		err = crowd.withRegulars(ctx)
	}

	if err == nil {
		err = crowd.shed(ctx, rounds, places, tenTimes)
	}

	return errors.Join(err, small.Stop())
}

func (s *stage) shed(ctx context.Context, rounds, places, tenTimes int) error {
	fmt.Printf("| measured, %d rounds of %v | median per second | share of the first | range within rounds | sent away, p99 |\n", rounds, s.lasting)
	fmt.Printf("| --- | --- | --- | --- | --- |\n")

	kinds := []struct {
		name      string
		operation operation
		first     func() int
	}{
		{"new claims", claim(newUser, `"CLAIMED"`), func() int { return s.users }},
		{"sign-ins", claim(regular, `"ALREADY_LICENSED"`), func() int { return 0 }},
	}

	for _, kind := range kinds {
		kind.operation.refused = func(body []byte) bool { return bytes.Contains(body, []byte(`"OVERLOADED"`)) }

		var (
			peaks, crowds, shares []float64
			away                  []time.Duration
		)

		for range rounds {
			peak, err := load(ctx, s.signIn, places, kind.first(), s.lasting, kind.operation)
			if err != nil {
				return err
			}

			s.users += peak.requests

			crowd, err := load(ctx, s.signIn, tenTimes, kind.first(), s.lasting, kind.operation)
			if err != nil {
				return err
			}

			s.users += crowd.requests
			peaks, crowds = append(peaks, peak.perSecond), append(crowds, crowd.perSecond)
			shares, away = append(shares, crowd.perSecond/peak.perSecond), append(away, crowd.refusedP99)

			if crowd.refused == 0 {
				return errors.New("nobody was sent away")
			}
		}

		slices.Sort(away)
		fmt.Printf("| %s, %d callers | %.0f | 1.00 | | |\n", kind.name, places, median(peaks))
		fmt.Printf("| %s, %d callers | %.0f | %.2f | %.2f–%.2f | %v |\n", kind.name, tenTimes, median(crowds),
			median(crowds)/median(peaks), slices.Min(shares), slices.Max(shares), away[len(away)/2].Round(10*time.Microsecond)) //nolint:mnd // Finer is noise.
	}

	return s.server.Check(ctx)
}
