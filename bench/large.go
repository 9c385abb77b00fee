package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
)

const (
	// fewClaims and manyClaims are the numbers of claims in the two databases that are compared.
	fewClaims  = 10_000
	manyClaims = 10_000_000
	// fillStep is the number of claims added per transaction.
	fillStep = 500_000
	// deepPage is the number of claims before the deep page.
	deepPage = 1_000_000
	pageSize = 100
)

// fillStatements returns statements that add users with one license and one claim each, spread over the past 89 days.
// They run without foreign key checks, which would take longer than all measurements. All statements derive the keys
// from the same numbers, and `autoclaim check` verifies the result.
func fillStatements() []string {
	const id = `('0%[1]s000000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid`

	user, license, claim := fmt.Sprintf(id, "1"), fmt.Sprintf(id, "2"), fmt.Sprintf(id, "3")
	at := `date_trunc('day', now()) - interval '89 days' + g * interval '89 days' / $7::bigint`

	return []string{
		`INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at)
		SELECT $1, ` + user + `, 'user-' || lpad(g::text, 8, '0'), '', '', 'user-' || lpad(g::text, 8, '0'), now(), now()
		FROM generate_series($5::bigint, $6::bigint) g
		WHERE $2::uuid IS NOT NULL AND $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL AND $7::bigint > 0`,
		`INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
		SELECT $1, ` + license + `, ` + user + `, $4, 'AUTO_CLAIM', $2, '[]', ` + at + `
		FROM generate_series($5::bigint, $6::bigint) g WHERE $3::uuid IS NOT NULL`,
		`INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
		SELECT $1, ` + claim + `, ` + user + `, $2, $3, $4, ` + license + `, 0, ` + at + `
		FROM generate_series($5::bigint, $6::bigint) g`,
	}
}

// fill adds this many users who claimed a license during the past months.
func (b *testbed) fill(ctx context.Context, users int) error {
	db, err := sql.Open("pgx", b.database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	defer func() { _ = db.Close() }()

	connection, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}

	defer func() { _ = connection.Close() }()

	if _, err := connection.ExecContext(ctx, "SET session_replication_role = replica"); err != nil {
		return fmt.Errorf("turn foreign key checks off: %w", err)
	}

	for first := 0; first < users; first += fillStep {
		last := min(first+fillStep, users) - 1

		for _, statement := range fillStatements() {
			_, err := connection.ExecContext(ctx, statement, b.ids.tenant, b.ids.policy, b.ids.app, b.ids.product, first, last, users)
			if err != nil {
				return fmt.Errorf("fill the database: %w", err)
			}
		}

		fmt.Fprintf(os.Stderr, "%d of %d claims\n", last+1, users)
	}

	for _, statement := range []string{
		`INSERT INTO claim_days (tenant_id, day, policy_id, product_id, claims)
		SELECT tenant_id, (claimed_at AT TIME ZONE 'UTC')::date, policy_id, product_id, count(*) FROM claims GROUP BY 1, 2, 3, 4`,
		`UPDATE license_pools p SET assigned = n.n FROM (SELECT product_id, count(*) AS n FROM licenses GROUP BY 1) n
		WHERE n.product_id = p.product_id`,
		`VACUUM (ANALYZE)`, `CHECKPOINT`,
		// After the fill, only the last pages written are in memory. On a server that has been running for a while,
		// all pages have been read once.
		`CREATE EXTENSION IF NOT EXISTS pg_prewarm`,
		`SELECT sum(pg_prewarm(oid::regclass, 'read')) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
	} {
		if _, err := connection.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("fill the database: %w", err)
		}
	}

	b.users = users

	return nil
}

// randomSignIns measures sign-ins of random users.
func (b *testbed) randomSignIns(users int) measurement {
	return measurement{"sign-ins, 1 callers", func(ctx context.Context) (sample, error) {
		return runLoad(ctx, b.signIn, 1, 0, b.duration,
			claim(func(int) string { return newUser(rand.N(users)) }, `"ALREADY_LICENSED"`)) //nolint:gosec // No secret.
	}}
}

// loadReport measures a query of a reports reader.
func (b *testbed) loadReport(ctx context.Context, name, query string, variables map[string]any) (sample, error) {
	reader, err := b.server.target("bench", "REPORTS_READER")
	if err != nil {
		return sample{}, err
	}

	body := graphQL(query, variables)

	got, err := runLoad(ctx, reader, 1, 0, b.duration, operation{
		body:     func(int) []byte { return body },
		accepted: func(answer []byte) bool { return !bytes.Contains(answer, []byte(`"errors"`)) },
	})
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", name, err)
	}

	return got, nil
}

func (b *testbed) reportTotals() measurement {
	const name = "report totals"

	return measurement{name, func(ctx context.Context) (sample, error) {
		return b.loadReport(ctx, name, `{ claimReport { totalClaims byPolicy { claims } byProduct { claims } byDay { day claims } } }`, nil)
	}}
}

const pageQuery = `query($after: String) { claimReport { claims(first: 100, after: $after) {
	nodes { claimedAt user { externalId } product { name } policy { name } stillHeld } pageInfo { endCursor } } } }`

func (b *testbed) reportPage(name string, after *string) measurement {
	return measurement{name, func(ctx context.Context) (sample, error) {
		return b.loadReport(ctx, name, pageQuery, map[string]any{"after": after})
	}}
}

// cursorAt pages through a report and returns the cursor after depth claims.
func (b *testbed) cursorAt(ctx context.Context, depth int) (*string, error) {
	reader, err := b.server.target("bench", "REPORTS_READER")
	if err != nil {
		return nil, err
	}

	var after *string

	for range depth / pageSize {
		var page struct {
			ClaimReport struct {
				Claims struct{ PageInfo struct{ EndCursor *string } }
			}
		}

		err := reader.send(ctx, `query($after: String) { claimReport { claims(first: 100, after: $after) { pageInfo { endCursor } } } }`,
			map[string]any{"after": after}, &page)
		if err != nil {
			return nil, err
		}

		after = page.ClaimReport.Claims.PageInfo.EndCursor
	}

	return after, nil
}

// measureLarge compares a server on a large database with one on a small database.
func (b *testbed) measureLarge(ctx context.Context, directory string, rounds int) error {
	large := &testbed{cluster: b.cluster, duration: b.duration}

	var err error
	if large.database, err = b.cluster.Database(); err != nil {
		return err
	}

	if large.server, err = startServer(ctx, b.server.binary, large.database, directory); err != nil {
		return err
	}

	err = large.prepareAndFill(ctx, b)
	if err == nil {
		err = b.compareWithLarge(ctx, large, rounds)
	}

	if err == nil {
		err = errors.Join(b.server.Check(ctx), large.server.Check(ctx))
	}

	return errors.Join(err, large.server.Stop())
}

func (b *testbed) prepareAndFill(ctx context.Context, small *testbed) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}

	if err := b.loadPolicyIDs(ctx); err != nil {
		return err
	}

	return errors.Join(small.fill(ctx, fewClaims), b.fill(ctx, manyClaims))
}

func (b *testbed) compareWithLarge(ctx context.Context, large *testbed, rounds int) error {
	deep, err := large.cursorAt(ctx, deepPage)
	if err != nil {
		return err
	}

	named := func(m measurement, claims int) measurement {
		m.name = fmt.Sprintf("%s, %d claims", m.name, claims)

		return m
	}

	return compareWithFirst(ctx, rounds, [][]measurement{
		{named(b.claims(1), fewClaims), named(large.claims(1), manyClaims)},
		{named(b.randomSignIns(fewClaims), fewClaims), named(large.randomSignIns(manyClaims), manyClaims)},
		{named(b.reportTotals(), fewClaims), named(large.reportTotals(), manyClaims)},
		{
			named(b.reportPage("first page of a report", nil), fewClaims), named(large.reportPage("first page of a report", nil), manyClaims),
			named(large.reportPage("page after a million claims", deep), manyClaims),
		},
	})
}
