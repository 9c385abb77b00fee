package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// runRounds runs all measurements once per round, and prints their medians, ranges and ratios.
func (b *testbed) runRounds(ctx context.Context, rounds int, measurements []measurement) error {
	samples := make(map[string][]sample)

	for round := range rounds {
		// Without this, query plans would depend on when autovacuum last ran.
		if err := b.analyze(ctx); err != nil {
			return err
		}

		for _, m := range measurements {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, m.name)

			got, err := m.run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}

			samples[m.name] = append(samples[m.name], got)
		}

		if err := errors.Join(b.server.Check(ctx), b.sqlite.server.Check(ctx)); err != nil {
			return err
		}
	}

	fmt.Printf("| measured, %d rounds of %v | median per second | range | p50 | p99 |\n| --- | --- | --- | --- | --- |\n", rounds, b.duration)

	for _, m := range measurements {
		rates := values(samples[m.name], throughput)
		fmt.Printf("| %s | %.0f | %.0f–%.0f | %s | %s |\n", m.name, median(rates), slices.Min(rates), slices.Max(rates),
			medianDuration(samples[m.name], func(s sample) time.Duration { return s.p50 }),
			medianDuration(samples[m.name], func(s sample) time.Duration { return s.p99 }))
	}

	fmt.Printf("\n| ratio of medians | measured | range within rounds | goal |\n| --- | --- | --- | --- |\n")

	for _, r := range ratios() {
		if samples[r.numerator] == nil || samples[r.denominator] == nil {
			continue
		}

		numerators, denominators := values(samples[r.numerator], r.value), values(samples[r.denominator], r.value)
		paired := make([]float64, len(numerators))

		for i := range numerators {
			paired[i] = numerators[i] / denominators[i]
		}

		fmt.Printf("| %s / %s | %.2f | %.2f–%.2f | %s |\n", r.numerator, r.denominator,
			median(numerators)/median(denominators), slices.Min(paired), slices.Max(paired), r.goal)
	}

	return nil
}

func values(samples []sample, value func(sample) float64) []float64 {
	list := make([]float64, len(samples))
	for i, s := range samples {
		list[i] = value(s)
	}

	return list
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))

	return sorted[len(sorted)/2]
}

func medianDuration(samples []sample, value func(sample) time.Duration) string {
	times := make([]time.Duration, len(samples))
	for i, s := range samples {
		times[i] = value(s)
	}

	slices.Sort(times)

	if times[len(times)/2] == 0 {
		return "" // pgbench reports no latencies.
	}

	return times[len(times)/2].Round(10 * time.Microsecond).String() //nolint:mnd // Finer is noise.
}
