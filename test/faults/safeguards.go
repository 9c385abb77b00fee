package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/test/faults/checker"
	"github.com/autoclaim/autoclaim/test/faults/stage"
)

// safeguard is something that keeps a promise, and how to take it away: from the program's source, for one build,
// or from the database.
type safeguard struct {
	name  string
	edits []stage.Edit
	after string
	// under is the fault during which its absence shows.
	under string
}

const (
	pipeline    = "internal/store/claimpipeline.go"
	transaction = "internal/claiming/transaction.go"
	dropIndex   = "DROP INDEX licenses_one_active_per_user"
)

func safeguards() []safeguard {
	poolsUnlocked := stage.Edit{File: pipeline, From: "ORDER BY product_id FOR NO KEY UPDATE", To: "ORDER BY product_id"}
	usersUnlocked := []stage.Edit{
		{File: pipeline, From: "claimLockUsers = `\nINSERT", To: "claimLockUsers = `\nWITH added AS (INSERT"},
		{
			File: pipeline, From: "DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at\nRETURNING id, external_id, blocked_at",
			To: "DO NOTHING\nRETURNING id, external_id, blocked_at)\nSELECT * FROM added UNION ALL\n" +
				"SELECT id, external_id, blocked_at FROM users WHERE tenant_id = $1 AND external_id = ANY($3)",
		},
	}

	return []safeguard{
		{name: "none taken away", under: "none"},
		{name: "row lock of pools", edits: []stage.Edit{poolsUnlocked}, under: "none"},
		{name: "row lock of users", edits: usersUnlocked, under: "none"},
		{name: "unique index of active licenses", after: dropIndex, under: "none"},
		{name: "row locks and the unique index", edits: append(usersUnlocked, poolsUnlocked), after: dropIndex, under: "none"},
		{name: "transaction around reading and writing", edits: []stage.Edit{
			{File: pipeline, From: `batch.Queue("BEGIN")`, To: `batch.Queue("SELECT 1")`},
			{File: pipeline, From: `batch.Queue("COMMIT")`, To: `batch.Queue("SELECT 1")`},
		}, under: "none"},
		{name: "one transaction for license and claim", edits: []stage.Edit{{
			File: pipeline, From: "batch.Queue(claimInsertClaims,",
			To: `batch.Queue("COMMIT")` + "\n" + `batch.Queue("BEGIN")` + "\nbatch.Queue(claimInsertClaims,",
		}}, under: "none"},
		{name: "reply after commit", edits: []stage.Edit{
			{
				File: transaction, From: "err := s.store.ClaimInTx(ctx,",
				To: "decided := make(chan error, 2)\ngo func() { decided <- s.store.ClaimInTx(context.WithoutCancel(ctx),",
			},
			{
				File: transaction, From: "return resultsOf(terms.ClaimTerms, claimants, decisions, at), nil\n\t\t})\n\n\treturn decisions, err",
				To: "decided <- nil\nreturn resultsOf(terms.ClaimTerms, claimants, decisions, at), nil\n})}()\n\nreturn decisions, <-decided",
			},
		}, under: "PostgreSQL killed"},
		{
			name: "durability of commits", under: "PostgreSQL killed",
			after: "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
		},
	}
}

// withoutSafeguards takes each of them away and runs until that shows. With none taken away nothing may show.
func (t *theater) withoutSafeguards(ctx context.Context) error {
	printRow("taken away", "fault", "runs until it showed", "what showed")
	fmt.Println("|---|---|--:|---|")

	var errs []error

	for number, guard := range safeguards() {
		if !t.only.MatchString(guard.name) {
			continue
		}

		runs, shown, err := t.without(ctx, number, guard)
		if err != nil {
			return fmt.Errorf("without the %s: %w", guard.name, err)
		}

		printRow(guard.name, guard.under, fmt.Sprint(runs), shown)

		if (shown == "") != (number == 0) {
			errs = append(errs, fmt.Errorf("%s: %d runs, and what showed is %q", guard.name, runs, shown))
		}
	}

	return errors.Join(errs...)
}

func (t *theater) without(ctx context.Context, number int, guard safeguard) (runs int, shown string, err error) {
	list := faults()
	f := list[slices.IndexFunc(list, func(f fault) bool { return f.name == guard.under })]
	f.plan.Binary, f.plan.After, f.plan.Log = t.binary, guard.after, t.log()

	if len(guard.edits) > 0 {
		f.plan.Binary = fmt.Sprintf("%s-%d", t.binary, number)
		if err := stage.BuildEdited(ctx, f.plan.Binary, guard.edits, nil); err != nil {
			return 0, "", err
		}
	}

	for runs = 1; runs <= t.runs; runs++ {
		r, err := play(ctx, f, t.seed+uint64(runs), t.times, t.postgres)
		if err != nil {
			return runs, "", err
		}

		t.tell(f, r)

		if len(r.broken) > 0 {
			return runs, describe(r.broken), nil
		}
	}

	return runs - 1, "", nil
}

// describe counts violations by their kinds and quotes the first of each.
func describe(broken []checker.Violation) string {
	var (
		kinds  []checker.Kind
		counts = make(map[checker.Kind]int)
		first  = make(map[checker.Kind]string)
	)

	for _, violation := range broken {
		if counts[violation.Kind]++; counts[violation.Kind] == 1 {
			kinds = append(kinds, violation.Kind)
			first[violation.Kind], _, _ = strings.Cut(violation.What, "\n")
		}
	}

	told := make([]string, len(kinds))
	for i, kind := range kinds {
		told[i] = fmt.Sprintf("%d × %s", counts[kind], kind)
	}

	return strings.Join(told, ", ") + "; the first: " + first[kinds[0]]
}
