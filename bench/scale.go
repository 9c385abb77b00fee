package main

import (
	"context"
	"fmt"
	"slices"
)

// scaleMeasurements are those that docs/scale.md, docs/performance.md and docs/reliability.md tell of, by the names that -only knows.
func scaleMeasurements() map[string]func(s *stage, ctx context.Context, directory string, rounds int) error {
	return map[string]func(s *stage, ctx context.Context, directory string, rounds int) error{
		"pooler": (*stage).measurePooler, "partitions": (*stage).measurePartitions, "large": (*stage).measureLarge,
		"overload": (*stage).measureOverload,
	}
}

// withRegulars lets users claim until there are those who sign in again.
func (s *stage) withRegulars(ctx context.Context) error {
	for s.users < 1000 { //nolint:mnd // As in again.
		if _, err := s.claims(64).take(ctx); err != nil { //nolint:mnd // As in the measurements.
			return err
		}
	}

	return nil
}

// compareWithFirst takes all measurements in turn, so often, and prints those of each group as shares of its first.
func compareWithFirst(ctx context.Context, rounds int, groups [][]measurement) error {
	taken := make(map[string][]float64)

	for range rounds {
		for _, m := range slices.Concat(groups...) {
			got, err := m.take(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}

			taken[m.name] = append(taken[m.name], got.perSecond)
		}
	}

	fmt.Printf("| measured, %d rounds | median per second | share of the first | range within rounds |\n| --- | --- | --- | --- |\n", rounds)

	for _, group := range groups {
		first := taken[group[0].name]

		for _, m := range group {
			shares := make([]float64, rounds)
			for i, rate := range taken[m.name] {
				shares[i] = rate / first[i]
			}

			fmt.Printf("| %s | %.0f | %.2f | %.2f–%.2f |\n", m.name, median(taken[m.name]),
				median(taken[m.name])/median(first), slices.Min(shares), slices.Max(shares))
		}
	}

	return nil
}
