// Command bench measures the throughput and latency of claims and sign-ins through the built server, and compares
// them with alternatives on the same database. It interleaves all measurements in one run. `make bench` runs it, and
// docs/performance.md has its results.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // Registers the driver "pgx".

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

func main() {
	rounds := flag.Int("rounds", 5, "number of rounds; each round runs every measurement once")
	duration := flag.Duration("for", 3*time.Second, "duration of each measurement, in whole seconds")
	only := flag.String("only", "", "comma-separated groups to measure: one, new, many, again, storm, sqlite; or one comparison that runs alone: pooler, partitions, large, overload, readers")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *rounds, *duration, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// policyIDs are the database ids that a claim refers to.
type policyIDs struct{ tenant, policy, app, product string }

// testbed has the servers and the database that the measurements share.
type testbed struct {
	server   *server
	database string
	ids      policyIDs
	signIn   target
	// second is another server on the same database.
	second target
	// sqlite has a server on an SQLite file.
	sqlite *testbed
	// postgraphile is alternative (b).
	postgraphile target

	// duration is the duration of one measurement.
	duration time.Duration
	cluster  *testdb.Cluster
	// users is the number of users who have claimed a license. Users with higher numbers are new.
	users int
}

func run(ctx context.Context, rounds int, duration time.Duration, only []string) error {
	directory, err := os.MkdirTemp("", "autoclaim-bench-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}

	defer func() { _ = os.RemoveAll(directory) }()

	binary := filepath.Join(directory, "autoclaim")

	if err := builtserver.Build(ctx, ".", binary); err != nil {
		return err
	}

	cluster := testdb.NewCluster()
	defer cluster.Close()

	database, err := cluster.Database()
	if err != nil {
		return err
	}

	server, err := startServer(ctx, binary, database, directory)
	if err != nil {
		return err
	}

	b := &testbed{server: server, cluster: cluster, database: database, duration: duration}

	err = b.prepare(ctx)
	if err == nil {
		err = b.loadPolicyIDs(ctx)
	}

	if compare := comparisons()[strings.Join(only, "")]; compare != nil && err == nil {
		return errors.Join(compare(b, ctx, directory, rounds), server.Stop())
	}

	if err == nil {
		err = b.withOtherServers(ctx, directory, func() error { return b.measureAll(ctx, directory, rounds, only) })
	}

	return errors.Join(err, server.Stop())
}

// withOtherServers runs work while three more servers are running: a second one on the same database, one on SQLite,
// and PostGraphile.
func (b *testbed) withOtherServers(ctx context.Context, directory string, work func() error) error {
	second, err := startServer(ctx, b.server.binary, b.database, directory)
	if err != nil {
		return err
	}

	if b.second, err = second.target("sign-in", auth.RoleSignInService); err == nil {
		err = b.startSQLite(ctx, directory)
	}

	if err == nil {
		var stop func() error
		if stop, err = b.startPostGraphile(ctx); err == nil {
			err = errors.Join(work(), stop())
		}
	}

	if b.sqlite != nil {
		err = errors.Join(err, b.sqlite.server.Stop())
	}

	return errors.Join(err, second.Stop())
}

// prepare turns auto-claim on and creates a policy with more licenses than any run uses.
func (b *testbed) prepare(ctx context.Context) error {
	admin, err := b.server.target("bench", auth.RoleGlobalAdmin)
	if err != nil {
		return err
	}

	if b.signIn, err = b.server.target("sign-in", auth.RoleSignInService); err != nil {
		return err
	}

	var catalog struct {
		Apps     struct{ Nodes []struct{ ID string } }
		Products struct{ Nodes []struct{ ID string } }
	}
	if err := admin.send(ctx, `{ apps(claimable: true) { nodes { id } } products(filter: {owned: true}) { nodes { id } } }`, nil, &catalog); err != nil {
		return err
	}

	input := map[string]any{
		"buy": map[string]any{"productId": catalog.Products.Nodes[0].ID, "quantity": 10_000_000}, //nolint:mnd // The maximum.
		"policy": map[string]any{
			"name": "Everybody", "appId": catalog.Apps.Nodes[0].ID,
			"products": []any{
				map[string]any{"productId": catalog.Products.Nodes[0].ID}, map[string]any{"productId": catalog.Products.Nodes[1].ID},
			},
		},
	}

	var ignored any

	return admin.send(ctx, `mutation($buy: CreateSubscriptionInput!, $policy: CreatePolicyInput!) {
		setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } }
		createSubscription(input: $buy) { userErrors { message } }
		again: createSubscription(input: $buy) { userErrors { message } } # One subscription can have at most 10 million.
		createPolicy(input: $policy) { userErrors { message } } }`,
		input, &ignored)
}

// loadPolicyIDs reads the ids that the statements of pgbench need.
func (b *testbed) loadPolicyIDs(ctx context.Context) error {
	db, err := sql.Open("pgx", b.database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	defer func() { _ = db.Close() }()

	return db.QueryRowContext(ctx, `SELECT p.tenant_id, p.id, p.app_id, pp.product_id FROM policies p
		JOIN policy_products pp ON pp.tenant_id = p.tenant_id AND pp.policy_id = p.id AND pp.position = 0`).
		Scan(&b.ids.tenant, &b.ids.policy, &b.ids.app, &b.ids.product)
}

func (b *testbed) analyze(ctx context.Context) error {
	db, err := sql.Open("pgx", b.database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	_, err = db.ExecContext(ctx, "ANALYZE")

	return errors.Join(err, db.Close())
}

const claimOperation = `mutation Claim($input: ClaimLicenseInput!) { claimLicense(input: $input) { outcome message license { id } userErrors { code message } } }`

// claim returns the operation of a sign-in. A response is accepted if it contains the answer.
func claim(user func(n int) string, answer string) operation {
	return userOperation(claimOperation,
		map[string]any{"input": map[string]any{"app": "TEAMS1", "user": userPlaceholder}}, user, answer)
}

func newUser(n int) string { return fmt.Sprintf("user-%08d", n) }

// measurement produces one sample per round.
type measurement struct {
	name string
	run  func(ctx context.Context) (sample, error)
}

func (b *testbed) claims(callers int) measurement {
	return measurement{fmt.Sprintf("new claims, %d callers", callers), func(ctx context.Context) (sample, error) {
		got, err := runLoad(ctx, b.signIn, callers, b.users, b.duration, claim(newUser, `"CLAIMED"`))
		b.users += got.requests

		return got, err
	}}
}

func (b *testbed) pgbenchClaims(clients int) measurement {
	return measurement{fmt.Sprintf("(a) pgbench, %d clients", clients), func(ctx context.Context) (sample, error) {
		return pgbench(ctx, b.database, b.ids, clients, b.duration)
	}}
}

// returningUsers is the number of users who sign in repeatedly. All of them hold a license.
const returningUsers = 1000

func returningUser(n int) string { return newUser(n % returningUsers) }

func (b *testbed) repeatedSignIns(callers int) measurement {
	return measurement{fmt.Sprintf("sign-ins, %d callers", callers), func(ctx context.Context) (sample, error) {
		return runLoad(ctx, b.signIn, callers, 0, b.duration,
			claim(returningUser, `"ALREADY_LICENSED"`))
	}}
}

func (b *testbed) noOpMutations(callers int) measurement {
	return measurement{fmt.Sprintf("(c) no-op mutation, %d callers", callers), func(ctx context.Context) (sample, error) {
		// The server rejects an empty user id before it queries the database.
		return runLoad(ctx, b.signIn, callers, 0, b.duration, claim(func(int) string { return "" }, `"INVALID_INPUT"`))
	}}
}

// group is a set of measurements that -only can select.
type group struct {
	name         string
	measurements []measurement
}

// ratio compares two measurements.
type ratio struct {
	numerator, denominator string
	// goal is the value that docs/performance.md promises.
	goal string
	// value is what is compared of a sample.
	value func(sample) float64
}

func throughput(s sample) float64 { return s.perSecond }
func p99(s sample) float64        { return s.p99.Seconds() }

// groups returns the measurements by the names that -only accepts.
func (b *testbed) groups() []group {
	return []group{
		{"one", []measurement{b.claims(1), b.pgbenchClaims(1)}},
		{"new", []measurement{b.claims(64), b.pgbenchClaims(64), b.postgraphileClaims(64)}},
		{"many", []measurement{b.claims(256), b.pgbenchClaims(256), b.twoServers(256)}},
		{"again", []measurement{b.repeatedSignIns(64), b.noOpMutations(64), b.postgraphileSignIns(64), b.postgraphileLookups(64)}},
		{"storm", []measurement{b.repeatedSignIns(8), b.signInsDuringClaims(8, 64)}},
		{"sqlite", []measurement{b.sqliteClaims(64), b.sqliteSingleClaims(64)}},
	}
}

func ratios() []ratio {
	return []ratio{
		{"new claims, 64 callers", "(a) pgbench, 64 clients", "at least 7", throughput},
		{"new claims, 256 callers", "(a) pgbench, 256 clients", "at least 25", throughput},
		{"new claims, 1 callers", "(a) pgbench, 1 clients", "at least 0.4", throughput},
		{"new claims, 64 callers", "(b) PostGraphile: new claims, 64 callers", "at least 15", throughput},
		{"sign-ins, 64 callers", "(c) no-op mutation, 64 callers", "at least 0.85", throughput},
		{"sign-ins, 64 callers", "(b) PostGraphile: sign-ins, 64 callers", "at least 9", throughput},
		{"sign-ins, 8 callers, during a storm of claims", "sign-ins, 8 callers", "at most 3", p99},
		{"new claims, 256 callers, two servers", "new claims, 256 callers", "at least 0.9", throughput},
		{"SQLite: new claims, 64 callers", "SQLite: one transaction per claim, 64 callers", "at least 5", throughput},
	}
}

func (b *testbed) measureAll(ctx context.Context, directory string, rounds int, only []string) error {
	// The returning users need licenses first.
	if _, err := b.claims(64).run(ctx); err != nil { //nolint:mnd // As in the measurements.
		return err
	}

	var wanted []measurement

	for _, g := range b.groups() {
		if len(only) == 0 || slices.Contains(only, g.name) {
			wanted = append(wanted, g.measurements...)
		}
	}

	if err := b.runRounds(ctx, rounds, wanted); err != nil {
		return err
	}

	if len(only) > 0 {
		return nil
	}

	took, err := b.startupTime(ctx, directory)
	if err != nil {
		return err
	}

	fmt.Printf("\nTime from start to the first response: %v (goal: under 1 s)\n", took.Round(time.Millisecond))

	memory, err := b.peakMemory(ctx, directory, 5000) //nolint:mnd // As the goal says.
	if err != nil {
		return err
	}

	fmt.Printf("Memory: %s (goal: at most 256 MB)\n", memory)

	return b.server.Check(ctx)
}
