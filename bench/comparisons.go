package main

import (
	"context"
	"fmt"
	"slices"
)

// comparisons returns the comparisons that run alone, by the names that -only accepts. Their results are in docs/scale.md,
// docs/performance.md and docs/reliability.md.
func comparisons() map[string]func(b *testbed, ctx context.Context, directory string, rounds int) error {
	return map[string]func(b *testbed, ctx context.Context, directory string, rounds int) error{
		"pooler": (*testbed).measurePooler, "partitions": (*testbed).measurePartitions, "large": (*testbed).measureLarge,
		"overload": (*testbed).measureOverload, "readers": (*testbed).measureReaders,
	}
}

// addReturningUsers lets new users claim until all returning users hold a license.
func (b *testbed) addReturningUsers(ctx context.Context) error {
	for b.users < returningUsers {
		if _, err := b.claims(64).run(ctx); err != nil { //nolint:mnd // As in the measurements.
			return err
		}
	}

	return nil
}

// compareWithFirst runs all measurements once per round. It prints the throughput of each one, also relative to the first
// of its group.
func compareWithFirst(ctx context.Context, rounds int, groups [][]measurement) error {
	rates := make(map[string][]float64)

	for range rounds {
		for _, m := range slices.Concat(groups...) {
			got, err := m.run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}

			rates[m.name] = append(rates[m.name], got.perSecond)
		}
	}

	fmt.Printf("| measured, %d rounds | median per second | relative to the first | range within rounds |\n| --- | --- | --- | --- |\n", rounds)

	for _, group := range groups {
		first := rates[group[0].name]

		for _, m := range group {
			shares := make([]float64, rounds)
			for i, rate := range rates[m.name] {
				shares[i] = rate / first[i]
			}

			fmt.Printf("| %s | %.0f | %.2f | %.2f–%.2f |\n", m.name, median(rates[m.name]),
				median(rates[m.name])/median(first), slices.Min(shares), slices.Max(shares))
		}
	}

	return nil
}
