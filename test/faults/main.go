// Command faults tests that no acknowledged change is lost and no license is given twice when something fails. Clients
// claim licenses and admins change everything through several servers on one database while faults are injected.
// Afterwards, the responses that the clients got are compared with the database. `make faults` runs all faults,
// `make faults-short` the most important ones, and docs/reliability.md has the results.
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
	"github.com/autoclaim/autoclaim/test/faults/testbed"
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

	flag.IntVar(&s.runs, "runs", 5, "number of runs per fault; each run has its own seed")
	flag.IntVar(&s.times, "times", 4, "number of times the fault is injected in a run")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "seed of the first run; each further run adds one")
	flag.BoolVar(&s.short, "short", false, "run only the most important faults, once each")
	flag.StringVar(&only, "only", "", "run only faults whose name matches this regular expression")
	flag.StringVar(&s.old, "old", "HEAD~15", "commit of the old version in the rolling upgrade")
	flag.BoolVar(&s.safeguards, "safeguards", false, "instead, disable one safeguard at a time and fail unless the check finds the violation")
	flag.BoolVar(&s.verbose, "v", false, "print details of each run and the servers' logs")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)

	var err error
	if s.only, err = regexp.Compile(only); err == nil {
		err = run(ctx, s)
	}

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

// runner has what all runs share.
type runner struct {
	settings

	directory string
	binary    string
	postgres  *testdb.Instance
}

func run(ctx context.Context, s settings) error {
	directory, err := os.MkdirTemp("", "autoclaim-faults-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}

	defer func() { _ = os.RemoveAll(directory) }()

	r := &runner{settings: s, directory: directory, binary: filepath.Join(directory, "autoclaim")}
	if err := builtserver.Build(ctx, ".", r.binary); err != nil {
		return err
	}

	r.postgres, err = testdb.NewInstance(testbed.Settings()...)
	defer r.postgres.Close()

	if err == nil {
		err = r.postgres.Start()
	}

	if err != nil {
		return err
	}

	fmt.Printf("%s; seed %d\n\n", environment(ctx), s.seed)

	if s.safeguards {
		return r.checkSafeguards(ctx)
	}

	return r.runTable(ctx)
}

// runTable runs every fault and prints its row.
func (r *runner) runTable(ctx context.Context) error {
	runs := r.runs
	if r.short {
		runs = 1
	}

	var (
		errs  []error
		began = time.Now()
		sum   = total{}
	)

	printHeader()

	for _, f := range faults() {
		if r.short && !f.short || !r.only.MatchString(f.name) {
			continue
		}

		if err := r.prepare(ctx, &f); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}

			printRow(f.name, "cannot run here: "+err.Error())

			continue
		}

		row := row{name: f.name}

		for i := range runs {
			result, err := runFault(ctx, f, r.seed+uint64(i), r.times, r.postgres)
			row.add(result)

			if err != nil {
				errs = append(errs, fmt.Errorf("%s, seed %d: %w", f.name, result.seed, err))
			}

			r.logResult(f, result)

			for _, violation := range result.violations {
				errs = append(errs, fmt.Errorf("%s, seed %d: %s", f.name, result.seed, violation))
			}

			if ctx.Err() != nil {
				return errors.Join(append(errs, ctx.Err())...)
			}
		}

		row.print()
		sum.add(row)
	}

	sum.print(time.Since(began))

	return firstErrors(errs)
}

// prepare builds the binaries that the fault needs. It returns an error if the fault cannot be injected on this machine.
func (r *runner) prepare(ctx context.Context, f *fault) error {
	f.config.Binary = r.binary
	f.config.Log = r.log()

	switch {
	case f.config.Disk:
		return testbed.CanMount()
	case f.config.Clocks:
		f.config.Binary += "-clocked"

		return testbed.BuildWithClock(ctx, f.config.Binary)
	case f.config.Old != "":
		f.config.Old = r.binary + "-old"

		hash, err := testbed.BuildOld(ctx, f.config.Old, r.old)
		f.name += " from " + hash

		return err
	default:
		return nil
	}
}
