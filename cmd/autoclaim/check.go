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

// Run checks all rules, after repairing the counters if --repair is set.
func (c checkCommand) Run(e *environment) error {
	return e.withStore(func(ctx context.Context, db *store.Store) error {
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
			return fmt.Errorf("broken rules: %d%s", len(violations), remedy)
		}

		e.say("All rules hold.")

		return nil
	})
}

func repair(ctx context.Context, e *environment, db *store.Store) error {
	corrections, err := upkeep.Repair(ctx, db, time.Now())

	for _, c := range corrections {
		e.say("tenant %q: %s: was %d, is %d", c.Tenant, c.Object, c.Was, c.Is)
	}

	e.say("Repaired %d counters.", len(corrections))

	return err
}
