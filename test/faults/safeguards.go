package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/test/faults/checker"
	"github.com/autoclaim/autoclaim/test/faults/testbed"
)

// safeguard is a mechanism that keeps the data consistent, and how to disable it: by edits of the source code for one
// build, or by SQL.
type safeguard struct {
	name  string
	edits []testbed.Edit
	sql   string
	// fault is the fault during which violations must appear without the safeguard.
	fault string
}

const (
	claimsFile = "internal/store/postgres/claims.go"
	batchFile  = "internal/claiming/batch.go"
	dropIndex  = "DROP INDEX licenses_one_active_per_user"
)

func safeguards() []safeguard {
	poolsUnlocked := testbed.Edit{File: claimsFile, From: "ORDER BY product_id FOR NO KEY UPDATE", To: "ORDER BY product_id"}
	usersUnlocked := []testbed.Edit{
		{File: claimsFile, From: "claimLockUsers = `\nINSERT", To: "claimLockUsers = `\nWITH added AS (INSERT"},
		{
			File: claimsFile, From: "DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at\nRETURNING id, external_id, blocked_at",
			To: "DO NOTHING\nRETURNING id, external_id, blocked_at)\nSELECT * FROM added UNION ALL\n" +
				"SELECT id, external_id, blocked_at FROM users WHERE tenant_id = $1 AND external_id = ANY($3)",
		},
	}

	return []safeguard{
		{name: "none disabled", fault: "none"},
		{name: "row lock of pools", edits: []testbed.Edit{poolsUnlocked}, fault: "none"},
		{name: "row lock of users", edits: usersUnlocked, fault: "none"},
		{name: "unique index of active licenses", sql: dropIndex, fault: "none"},
		{name: "row locks and the unique index", edits: append(usersUnlocked, poolsUnlocked), sql: dropIndex, fault: "none"},
		{name: "transaction around reading and writing", edits: []testbed.Edit{
			{File: claimsFile, From: `statements.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")`, To: `statements.Queue("SELECT 1")`},
			{File: claimsFile, From: `statements.Queue("COMMIT")`, To: `statements.Queue("SELECT 1")`},
		}, fault: "none"},
		{name: "one transaction for license and claim", edits: claimsApart(), fault: "none"},
		{name: "reply after commit", edits: []testbed.Edit{
			{
				File: batchFile, From: "err := s.store.ClaimInTx(ctx,",
				To: "decided := make(chan error, 2)\ngo func() { decided <- s.store.ClaimInTx(context.WithoutCancel(ctx),",
			},
			{
				File: batchFile, From: "return results, nil\n\t\t})\n\n\treturn decisions, err",
				To: "decided <- nil\nreturn results, nil\n})}()\n\nreturn decisions, <-decided",
			},
		}, fault: "PostgreSQL killed"},
		{
			name: "durability of commits", fault: "PostgreSQL killed",
			sql: "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
		},
	}
}

// claimsApart inserts the claims in a second transaction, after the one that inserts their licenses.
func claimsApart() []testbed.Edit {
	const (
		insert = "  INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)\n" +
			"  SELECT $1, claim_id, user_id, $2, $3, product_id, license_id, position, $4 FROM r\n"
		queued = "licenses, claims, users, products, positions, appsOff, uuidsOf(changed), counts, licensing.Day(results.At),\n" +
			"\t\tlicensing.Quarter(results.At))\n"
	)

	return []testbed.Edit{
		{File: claimsFile, From: insert, To: "  SELECT $3::uuid\n"}, // The parameter must still have a type.
		{File: claimsFile, From: queued, To: queued + `
	statements.Queue("COMMIT")
	statements.Queue("BEGIN")
	statements.Queue(` + "`" + `
INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
SELECT $1, r.claim_id, r.user_id, $2, $3, r.product_id, r.license_id, r.position, $4
FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::smallint[])
  AS r (license_id, claim_id, user_id, product_id, position)` + "`" + `, uuidOf(tenant), uuidOf(results.PolicyID),
		uuidOf(results.AppID), results.At, licenses, claims, users, products, positions)
`},
	}
}

// checkSafeguards disables each safeguard and runs its fault until a violation is found. Without a disabled safeguard,
// there must be no violation.
func (r *runner) checkSafeguards(ctx context.Context) error {
	printRow("disabled", "fault", "runs until found", "violations")
	fmt.Println("|---|---|--:|---|")

	var errs []error

	for number, guard := range safeguards() {
		if !r.only.MatchString(guard.name) {
			continue
		}

		runs, violations, err := r.runWithout(ctx, number, guard)
		if err != nil {
			return fmt.Errorf("%s disabled: %w", guard.name, err)
		}

		printRow(guard.name, guard.fault, fmt.Sprint(runs), violations)

		if (violations == "") != (number == 0) {
			errs = append(errs, fmt.Errorf("%s: %d runs found the violations %q", guard.name, runs, violations))
		}
	}

	return errors.Join(errs...)
}

// runWithout runs the fault until a violation is found, and describes it. violations is empty if there was none.
func (r *runner) runWithout(ctx context.Context, number int, guard safeguard) (runs int, violations string, err error) {
	list := faults()
	f := list[slices.IndexFunc(list, func(f fault) bool { return f.name == guard.fault })]
	f.config.Binary, f.config.SetupSQL, f.config.Log = r.binary, guard.sql, r.log()

	if len(guard.edits) > 0 {
		f.config.Binary = fmt.Sprintf("%s-%d", r.binary, number)
		if err := testbed.BuildEdited(ctx, f.config.Binary, guard.edits, nil); err != nil {
			return 0, "", err
		}
	}

	for runs = 1; runs <= r.runs; runs++ {
		result, err := runFault(ctx, f, r.seed+uint64(runs), r.times, r.postgres)
		if err != nil {
			return runs, "", err
		}

		r.logResult(f, result)

		if len(result.violations) > 0 {
			return runs, describe(result.violations), nil
		}
	}

	return runs - 1, "", nil
}

// describe counts the violations of each kind and quotes the first one.
func describe(violations []checker.Violation) string {
	var (
		kinds  []checker.Kind
		counts = make(map[checker.Kind]int)
		first  = make(map[checker.Kind]string)
	)

	for _, violation := range violations {
		if counts[violation.Kind]++; counts[violation.Kind] == 1 {
			kinds = append(kinds, violation.Kind)
			first[violation.Kind], _, _ = strings.Cut(violation.Message, "\n")
		}
	}

	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = fmt.Sprintf("%d × %s", counts[kind], kind)
	}

	return strings.Join(parts, ", ") + "; the first: " + first[kinds[0]]
}
