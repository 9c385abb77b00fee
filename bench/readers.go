package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	// readers is the number of connections that read. Each belongs to another user.
	readers = 48
	// calmCallers is the number of callers who sign in.
	calmCallers = 2
)

// measureReaders compares the latency of one tenant's sign-ins while nothing else happens with the latency while another
// tenant reads reports over many connections, on PostgreSQL and on SQLite. The phases alternate.
func (b *testbed) measureReaders(ctx context.Context, directory string, rounds int) error {
	if err := b.startSQLite(ctx, directory); err != nil {
		return err
	}

	fmt.Printf("| measured, %d rounds of %v | quiet p50 | quiet p99 | with readers: p50 | p99 | p99 relative | reads per second | reads refused |\n", rounds, b.duration)
	fmt.Printf("| --- | --- | --- | --- | --- | --- | --- | --- |\n")

	err := b.compareWithReaders(ctx, "PostgreSQL", rounds)
	if err == nil {
		err = b.sqlite.compareWithReaders(ctx, "SQLite", rounds)
	}

	return errors.Join(err, b.sqlite.server.Stop())
}

func (b *testbed) compareWithReaders(ctx context.Context, database string, rounds int) error {
	if err := b.addReturningUsers(ctx); err != nil {
		return err
	}

	fmt.Fprintf(os.Stderr, "%s: adding %d claims\n", database, readersClaims)

	if err := b.fillReaders(ctx); err != nil {
		return err
	}

	for _, kind := range []struct {
		name string
		run  func() measurement
	}{
		{"sign-ins", func() measurement { return b.repeatedSignIns(calmCallers) }},
		{"new claims", func() measurement { return b.claims(calmCallers) }},
	} {
		var (
			quiet, loaded []sample
			ratios        []float64
			reads         readerCounts
		)

		for range rounds {
			before, err := kind.run().run(ctx)
			if err != nil {
				return err
			}

			during, err := b.withReaders(ctx, &reads, kind.run())
			if err != nil {
				return err
			}

			quiet, loaded = append(quiet, before), append(loaded, during)
			ratios = append(ratios, during.p99.Seconds()/before.p99.Seconds())
		}

		median50 := func(s sample) time.Duration { return s.p50 }
		median99 := func(s sample) time.Duration { return s.p99 }
		seconds := b.duration.Seconds() * float64(rounds)

		fmt.Printf("| %s: %s, %d callers | %s | %s | %s | %s | %.2f (%.2f–%.2f) | %.0f | %.0f |\n", database, kind.name, calmCallers,
			medianDuration(quiet, median50), medianDuration(quiet, median99),
			medianDuration(loaded, median50), medianDuration(loaded, median99),
			median(ratios), slices.Min(ratios), slices.Max(ratios),
			float64(reads.answered.Load())/seconds, float64(reads.refused.Load())/seconds)
	}

	return nil
}

// readerCounts counts the responses that readers got.
type readerCounts struct{ answered, refused atomic.Int64 }

// withReaders runs a measurement while readers of the other tenant read as fast as they can.
func (b *testbed) withReaders(ctx context.Context, counts *readerCounts, m measurement) (sample, error) {
	reading, stop := context.WithCancel(ctx)
	defer stop()

	var (
		running sync.WaitGroup
		errs    = make([]error, readers)
	)

	for i := range readers {
		running.Go(func() {
			if err := b.read(reading, i, counts); err != nil && reading.Err() == nil {
				errs[i] = err
			}
		})
	}

	got, err := m.run(ctx)

	stop()
	running.Wait()

	return got, errors.Join(err, errors.Join(errs...))
}

// read sends the operations that cost most, one after the other, over one connection.
func (b *testbed) read(ctx context.Context, number int, counts *readerCounts) error {
	reader, err := b.server.targetOf(readersTenant, fmt.Sprintf("reader-%d", number), auth.RoleGlobalReader)
	if err != nil {
		return err
	}

	client := &http.Client{Transport: new(http.Transport)}
	defer client.CloseIdleConnections()

	requests := readerRequests(reader)

	for n := number; ctx.Err() == nil; n++ {
		request, err := requests[n%len(requests)](ctx)
		if err != nil {
			return err
		}

		request.Header.Set("Authorization", "Bearer "+reader.token)
		request.Header.Set("Content-Type", "application/json")

		response, err := client.Do(request)
		if err != nil {
			if strings.Contains(err.Error(), "EOF") { // A download that broke off.
				counts.refused.Add(1)

				continue
			}

			return fmt.Errorf("read: %w", err)
		}

		answer, err := io.ReadAll(response.Body)
		_ = response.Body.Close() // It has been read.

		if err != nil || bytes.Contains(answer, []byte(`"errors"`)) {
			counts.refused.Add(1)
		} else {
			counts.answered.Add(1)
		}
	}

	return nil
}

// readerRequests are the requests of a reader that cost the most database time. Their responses may be refusals.
func readerRequests(reader target) []func(ctx context.Context) (*http.Request, error) {
	repeat := func(times int, field string) string {
		var fields strings.Builder
		for i := range times {
			fmt.Fprintf(&fields, "a%d: %s ", i, field)
		}

		return fields.String()
	}

	var requests []func(ctx context.Context) (*http.Request, error)

	for _, query := range []string{
		`{ claimReport { ` + repeat(40, `claims(text: "0z", first: 1) { totalCount }`) + ` } }`, //nolint:mnd // As many as are allowed.
		`{ claimReport { ` + repeat(2, `claims(text: "0z", first: 1) { totalCount }`) + ` } }`,
		`{ ` + repeat(2, `users(text: "z1", first: 100) { totalCount nodes { id } }`) + ` }`,
		`{ ` + repeat(2, `users(text: "%_", last: 100) { nodes { id } }`) + ` }`,
		`{ claimReport { claims(first: 100) { totalCount nodes { user { externalId licenses { totalCount } } stillHeld } } } }`,
		`{ auditEvents(action: "none", first: 100) { totalCount nodes { id } } }`,
		`{ licenses(filter: {source: DIRECT}, first: 100) { totalCount nodes { id } } }`,
		`{ claimReport { totalClaims byDay { day claims } missedClaims(text: "1") { totalCount } } }`,
	} {
		body := graphQL(query, nil)

		requests = append(requests, func(ctx context.Context) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodPost, "http://"+reader.address+reader.path, bytes.NewReader(body))
		})
	}

	for _, parameters := range []string{"", "?text=0z"} {
		requests = append(requests, func(ctx context.Context) (*http.Request, error) {
			url := "http://" + reader.address + "/reports/claims.csv" + parameters

			return http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		})
	}

	return requests
}
