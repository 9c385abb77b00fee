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
	// fewClaims and manyClaims are how many users have claimed a license in the databases that are compared.
	fewClaims  = 10_000
	manyClaims = 10_000_000
	// fillStep is how many are added in a transaction.
	fillStep = 500_000
	// deepPage is how many claims lie before the page at a depth.
	deepPage = 1_000_000
	pageSize = 100
)

// fillStatements add users with a license and a claim each, spread over the past 89 days. Foreign keys are not
// checked while they run: that would take longer than all measurements. `autoclaim check` and the keys' own
// columns, which these statements fill from one another, vouch for them instead.
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

// fill lets so many users have claimed, as if they had done so over months.
func (s *stage) fill(ctx context.Context, users int) error {
	db, err := sql.Open("pgx", s.database)
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
		return fmt.Errorf("put foreign keys off: %w", err)
	}

	for first := 0; first < users; first += fillStep {
		last := min(first+fillStep, users) - 1

		for _, statement := range fillStatements() {
			_, err := connection.ExecContext(ctx, statement, s.ids.tenant, s.ids.policy, s.ids.app, s.ids.product, first, last, users)
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
		// What the fill has written last is in memory, and what it wrote first is not: as on a server that has been
		// running for a while, all pages have been read once.
		`CREATE EXTENSION IF NOT EXISTS pg_prewarm`,
		`SELECT sum(pg_prewarm(oid::regclass, 'read')) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
	} {
		if _, err := connection.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("fill the database: %w", err)
		}
	}

	s.users = users

	return nil
}

// anyone is a sign-in of any of the users, whatever they are.
func (s *stage) anyone(users int) measurement {
	return measurement{"sign-ins, 1 callers", func(ctx context.Context) (sample, error) {
		return load(ctx, s.signIn, 1, 0, s.lasting,
			claim(func(int) string { return newUser(rand.N(users)) }, `"ALREADY_LICENSED"`)) //nolint:gosec // No secret.
	}}
}

// report is an operation of a reader of reports.
func (s *stage) report(ctx context.Context, name, query string, variables map[string]any) (sample, error) {
	reader, err := s.server.as("bench", "REPORTS_READER")
	if err != nil {
		return sample{}, err
	}

	body := graphQL(query, variables)

	got, err := load(ctx, reader, 1, 0, s.lasting, operation{
		body:   func(int) []byte { return body },
		accept: func(answer []byte) bool { return !bytes.Contains(answer, []byte(`"errors"`)) },
	})
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", name, err)
	}

	return got, nil
}

func (s *stage) totals() measurement {
	const name = "report totals"

	return measurement{name, func(ctx context.Context) (sample, error) {
		return s.report(ctx, name, `{ claimReport { totalClaims byPolicy { claims } byProduct { claims } byDay { day claims } } }`, nil)
	}}
}

const pageQuery = `query($after: String) { claimReport { claims(first: 100, after: $after) {
	nodes { claimedAt user { externalId } product { name } policy { name } stillHeld } pageInfo { endCursor } } } }`

func (s *stage) page(name string, after *string) measurement {
	return measurement{name, func(ctx context.Context) (sample, error) {
		return s.report(ctx, name, pageQuery, map[string]any{"after": after})
	}}
}

// cursorAt follows the pages of a report until so many claims lie before the next one.
func (s *stage) cursorAt(ctx context.Context, depth int) (*string, error) {
	reader, err := s.server.as("bench", "REPORTS_READER")
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

// measureLarge compares a server whose database is large with one whose database is small.
func (s *stage) measureLarge(ctx context.Context, directory string, rounds int) error {
	large := &stage{cluster: s.cluster, lasting: s.lasting}

	var err error
	if large.database, err = s.cluster.Database(); err != nil {
		return err
	}

	if large.server, err = start(ctx, s.server.binary, large.database, directory); err != nil {
		return err
	}

	err = large.prepareAndFill(ctx, s)
	if err == nil {
		err = s.compareWith(ctx, large, rounds)
	}

	if err == nil {
		err = errors.Join(s.server.Check(ctx), large.server.Check(ctx))
	}

	return errors.Join(err, large.server.Stop())
}

func (s *stage) prepareAndFill(ctx context.Context, small *stage) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}

	if err := s.identify(ctx); err != nil {
		return err
	}

	return errors.Join(small.fill(ctx, fewClaims), s.fill(ctx, manyClaims))
}

func (s *stage) compareWith(ctx context.Context, large *stage, rounds int) error {
	deep, err := large.cursorAt(ctx, deepPage)
	if err != nil {
		return err
	}

	named := func(m measurement, claims int) measurement {
		m.name = fmt.Sprintf("%s, %d claims", m.name, claims)

		return m
	}

	return compareWithFirst(ctx, rounds, [][]measurement{
		{named(s.claims(1), fewClaims), named(large.claims(1), manyClaims)},
		{named(s.anyone(fewClaims), fewClaims), named(large.anyone(manyClaims), manyClaims)},
		{named(s.totals(), fewClaims), named(large.totals(), manyClaims)},
		{
			named(s.page("first page of a report", nil), fewClaims), named(large.page("first page of a report", nil), manyClaims),
			named(large.page("page at a depth of a million", deep), manyClaims),
		},
	})
}
