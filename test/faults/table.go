package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/test/faults/checker"
)

// environment describes the machine and the versions.
func environment(ctx context.Context) string {
	version := "PostgreSQL of unknown version"

	if postgres, err := testdb.Program("postgres"); err == nil {
		if output, err := exec.CommandContext(ctx, postgres, "--version").Output(); err == nil { //nolint:gosec // The program is PostgreSQL's own.
			version = strings.TrimSpace(string(output))
		}
	}

	return fmt.Sprintf("%d cores, %s/%s, %s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), version)
}

// row is one row of the table: the sums of a fault's runs, and the maxima of times.
type row struct {
	name                                       string
	runs, injected, calls, unanswered          int
	claimed, changed, lost, twice, over, other int
	outage, recovery                           time.Duration
}

func (w *row) add(r result) {
	w.runs++
	w.injected += r.injected
	w.calls += r.calls
	w.unanswered += r.unanswered
	w.claimed += r.claimed
	w.changed += r.changed
	w.lost += r.count(checker.Lost)
	w.twice += r.count(checker.GivenTwice)
	w.over += r.count(checker.OverAllocated)
	w.other += len(r.violations) - r.count(checker.Lost) - r.count(checker.GivenTwice) - r.count(checker.OverAllocated)
	w.outage = max(w.outage, r.outage)
	w.recovery = max(w.recovery, r.recovery)
}

func printHeader() {
	printRow("fault", "runs", "faults", "calls", "without response", "claims acknowledged", "changes acknowledged",
		"lost", "given twice", "over-allocated", "other", "longest outage", "longest recovery")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
}

func printRow(cells ...string) { fmt.Println("| " + strings.Join(cells, " | ") + " |") }

func (w *row) print() {
	figures := []int{w.runs, w.injected, w.calls, w.unanswered, w.claimed, w.changed, w.lost, w.twice, w.over, w.other}
	cells := []string{w.name}

	for _, figure := range figures {
		cells = append(cells, fmt.Sprint(figure))
	}

	printRow(append(cells, fmt.Sprintf("%.2f s", w.outage.Seconds()), fmt.Sprintf("%.2f s", w.recovery.Seconds()))...)
}

// total is the sum of the rows.
type total struct{ row }

func (t *total) add(w row) {
	t.runs += w.runs
	t.injected += w.injected
	t.calls += w.calls
	t.unanswered += w.unanswered
	t.claimed += w.claimed
	t.changed += w.changed
	t.lost += w.lost
	t.twice += w.twice
	t.over += w.over
	t.other += w.other
	t.outage = max(t.outage, w.outage)
	t.recovery = max(t.recovery, w.recovery)
}

func (t *total) print(took time.Duration) {
	t.name = "all"
	t.row.print()
	fmt.Printf("\nTotal time: %v\n", took.Round(time.Second))
}

// logResult prints details of a run if it found violations or -v is set.
func (r *runner) logResult(f fault, found result) {
	if r.verbose || len(found.violations) > 0 {
		fmt.Fprintf(os.Stderr, "%s, seed %d: %d calls, failures %v, outage %v, recovery %v, %d violations\n", f.name, found.seed, found.calls, found.failures,
			found.outage, found.recovery, len(found.violations))
	}
}

// log returns the destination of the servers' logs. Faults cause many log lines, so they are discarded without -v.
func (r *runner) log() io.Writer {
	if r.verbose {
		return os.Stderr
	}

	return io.Discard
}

// firstErrors joins the first 20 errors and says how many more there are.
func firstErrors(errs []error) error {
	const limit = 20
	if more := len(errs) - limit; more > 0 {
		errs = append(errs[:limit:limit], fmt.Errorf("and %d more", more))
	}

	return errors.Join(errs...)
}
