// Command faults lets clients claim and admins change everything through several servers on one database while things
// break, and holds what the clients were told against what the database holds. `make faults` runs it, and
// `make faults-short` a part of it; docs/reliability.md holds what it printed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/test/faults/stage"
)

// settings are the command's flags.
type settings struct {
	runs, times int
	seed        uint64
	short       bool
	only        *regexp.Regexp
	old         string
	safeguards  bool
	verbose     bool
}

func main() {
	var (
		s    settings
		only string
	)

	flag.IntVar(&s.runs, "runs", 5, "how many runs each fault gets, each with a seed of its own")
	flag.IntVar(&s.times, "times", 4, "how often the fault happens in a run")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "the first run's seed; the others follow from it")
	flag.BoolVar(&s.short, "short", false, "one run of the faults that matter most")
	flag.StringVar(&only, "only", "", "only the faults whose names match this expression")
	flag.StringVar(&s.old, "old", "HEAD~15", "the commit of the old version in a rolling upgrade")
	flag.BoolVar(&s.safeguards, "safeguards", false, "take each safeguard away instead, and see whether that is found")
	flag.BoolVar(&s.verbose, "v", false, "tell more of each run")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)

	var err error
	if s.only, err = regexp.Compile(only); err == nil {
		err = perform(ctx, s)
	}

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

// theater is what all runs share.
type theater struct {
	settings

	directory string
	binary    string
	postgres  *testdb.Instance
}

func perform(ctx context.Context, s settings) error {
	directory, err := os.MkdirTemp("", "autoclaim-faults-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}

	defer func() { _ = os.RemoveAll(directory) }()

	t := &theater{settings: s, directory: directory, binary: filepath.Join(directory, "autoclaim")}
	if err := builtserver.Build(ctx, ".", t.binary); err != nil {
		return err
	}

	t.postgres, err = testdb.NewInstance(stage.Settings()...)
	defer t.postgres.Close()

	if err == nil {
		err = t.postgres.Start()
	}

	if err != nil {
		return err
	}

	fmt.Printf("%s; seed %d\n\n", machine(ctx), s.seed)

	if s.safeguards {
		return t.withoutSafeguards(ctx)
	}

	return t.table(ctx)
}

// table runs every fault and prints its row.
func (t *theater) table(ctx context.Context) error {
	runs := t.runs
	if t.short {
		runs = 1
	}

	var (
		errs  []error
		began = time.Now()
		sums  = total{}
	)

	printHeader()

	for _, f := range faults() {
		if t.short && !f.short || !t.only.MatchString(f.name) {
			continue
		}

		if err := t.equip(ctx, &f); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}

			printRow(f.name, "not run here: "+err.Error())

			continue
		}

		row := row{name: f.name}

		for i := range runs {
			r, err := play(ctx, f, t.seed+uint64(i), t.times, t.postgres)
			row.add(r)

			if err != nil {
				errs = append(errs, fmt.Errorf("%s, seed %d: %w", f.name, r.seed, err))
			}

			t.tell(f, r)

			for _, violation := range r.broken {
				errs = append(errs, fmt.Errorf("%s, seed %d: %s", f.name, r.seed, violation))
			}

			if ctx.Err() != nil {
				return errors.Join(append(errs, ctx.Err())...)
			}
		}

		row.print()
		sums.add(row)
	}

	sums.print(time.Since(began))

	return summary(errs)
}

// equip builds what the fault needs, and says why it cannot happen here if so.
func (t *theater) equip(ctx context.Context, f *fault) error {
	f.plan.Binary = t.binary
	f.plan.Log = t.log()

	switch {
	case f.plan.Disk:
		return stage.CanMount()
	case f.plan.Clocks:
		f.plan.Binary += "-clocked"

		return stage.BuildClocked(ctx, f.plan.Binary)
	case f.plan.Old != "":
		f.plan.Old = t.binary + "-old"

		hash, err := stage.BuildOld(ctx, f.plan.Old, t.old)
		f.name += " from " + hash

		return err
	default:
		return nil
	}
}
