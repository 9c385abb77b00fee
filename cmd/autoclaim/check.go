package main

import (
	"context"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

type checkCommand struct {
	Repair bool `env:"-" help:"Recount the counters that are wrong. Servers may keep running. Nothing else is repaired."`
}

// Help implements [kong.HelpProvider].
func (checkCommand) Help() string {
	return `Prints each broken rule with its tenant and object. The exit status is 0 if all rules hold, 3 if some are broken, and 1
if the check itself failed.

Example:

  autoclaim check --database-url=postgres://autoclaim@db.example/autoclaim`
}

// Run checks all rules, after repairing the counters if --repair is set.
func (c checkCommand) Run(e *environment) error {
	open := e.withStoreForReading
	if c.Repair {
		open = e.withStore
	}

	return open(func(ctx context.Context, db *store.Store) error {
		if c.Repair {
			if err := repair(ctx, e, db); err != nil {
				return err
			}
		}

		violations, err := upkeep.Check(ctx, db)
		if err != nil {
			return err
		}

		remedy := ""

		for _, v := range violations {
			e.say("tenant %q: broken rule: %s, for %s", v.Tenant, v.Rule, v.Object)

			if v.Recountable {
				remedy = "; run 'autoclaim check --repair' to recount the counters"
			}
		}

		if c.Repair {
			remedy = "; --repair cannot fix them"
		}

		if len(violations) > 0 {
			return &brokenRulesError{count: len(violations), remedy: remedy}
		}

		e.say("All rules hold.")

		return nil
	})
}

// brokenRulesError says that the check itself worked.
type brokenRulesError struct {
	count  int
	remedy string
}

// Error implements [error].
func (e *brokenRulesError) Error() string {
	return fmt.Sprintf("broken rules: %d%s", e.count, e.remedy)
}

func repair(ctx context.Context, e *environment, db *store.Store) error {
	corrections, err := upkeep.Repair(ctx, db, time.Now())

	for _, c := range corrections {
		e.say("tenant %q: %s: was %d, is %d", c.Tenant, c.Object, c.Was, c.Is)
	}

	if err != nil {
		return fmt.Errorf("repaired %d counters, then failed: %w", len(corrections), err)
	}

	e.say("Repaired %d counters.", len(corrections))

	return nil
}
