package coalesce

import (
	"context"
	"testing"
	"time"
)

func BenchmarkRequestsOf64CallersThroughBatches(b *testing.B) {
	batches := New(Limits{Batch: 256, Waiting: 4096, Parallel: 1, Timeout: time.Minute},
		func(_ context.Context, _ int, requests []string) ([]string, error) { return requests, nil })
	defer batches.Close()

	b.ReportAllocs()
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := batches.Do(context.Background(), 1, "ann"); err != nil {
				b.Error(err)
			}
		}
	})
}
