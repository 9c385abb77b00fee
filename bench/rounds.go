package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// rounds takes all measurements in turn, so often, and prints their medians and ranges.
func (s *stage) rounds(ctx context.Context, rounds int, measurements []measurement) error {
	taken := make(map[string][]sample)

	for round := range rounds {
		// Rivals' plans must not depend on whether autovacuum has come by.
		if err := s.analyze(ctx); err != nil {
			return err
		}

		for _, m := range measurements {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, m.name)

			got, err := m.take(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}

			taken[m.name] = append(taken[m.name], got)
		}

		if err := errors.Join(s.server.Check(ctx), s.sqlite.server.Check(ctx)); err != nil {
			return err
		}
	}

	fmt.Printf("| measured, %d rounds of %v | median per second | range | p50 | p99 |\n| --- | --- | --- | --- | --- |\n", rounds, s.lasting)

	for _, m := range measurements {
		rates := each(taken[m.name], rate)
		fmt.Printf("| %s | %.0f | %.0f–%.0f | %s | %s |\n", m.name, median(rates), slices.Min(rates), slices.Max(rates),
			middle(taken[m.name], func(s sample) time.Duration { return s.p50 }),
			middle(taken[m.name], func(s sample) time.Duration { return s.p99 }))
	}

	fmt.Printf("\n| ratio of medians | measured | range within rounds | aim |\n| --- | --- | --- | --- |\n")

	for _, r := range ratios() {
		if taken[r.what] == nil || taken[r.over] == nil {
			continue
		}

		over, under := each(taken[r.what], r.of), each(taken[r.over], r.of)
		paired := make([]float64, len(over))

		for i := range over {
			paired[i] = over[i] / under[i]
		}

		fmt.Printf("| %s / %s | %.2f | %.2f–%.2f | %s |\n", r.what, r.over,
			median(over)/median(under), slices.Min(paired), slices.Max(paired), r.aim)
	}

	return nil
}

func each(samples []sample, of func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}

	return values
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))

	return sorted[len(sorted)/2]
}

func middle(samples []sample, of func(sample) time.Duration) string {
	times := make([]time.Duration, len(samples))
	for i, s := range samples {
		times[i] = of(s)
	}

	slices.Sort(times)

	if times[len(times)/2] == 0 {
		return "" // pgbench tells none.
	}

	return times[len(times)/2].Round(10 * time.Microsecond).String() //nolint:mnd // Finer is noise.
}
