// Command bench measures claims and sign-ins through the real server against rivals on the same database, in
// one run, interleaved. `make bench` runs it; docs/performance.md holds what it printed.
package main

import (
	"bytes"
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

	_ "github.com/jackc/pgx/v5/stdlib" // The driver "pgx".

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each measurement is taken")
	lasting := flag.Duration("for", 3*time.Second, "how long each measurement lasts; whole seconds")
	only := flag.String("only", "", "measure these alone: one, new, many, again, storm, sqlite; or what nothing else measures: pooler, partitions, large, overload")

	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *rounds, *lasting, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// policyIDs are what a claim refers to, as the database has them.
type policyIDs struct{ tenant, policy, app, product string }

// stage is what all measurements share.
type stage struct {
	server   *server
	database string
	ids      policyIDs
	signIn   target
	// other is a second server on the same database, and sqlite a server on a file.
	other  target
	sqlite *stage
	// postgraphile is the rival (b).
	postgraphile target

	lasting time.Duration
	cluster *testdb.Cluster
	// users is how many have claimed: the next ones are new.
	users int
}

func run(ctx context.Context, rounds int, lasting time.Duration, only []string) error {
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

	server, err := start(ctx, binary, database, directory)
	if err != nil {
		return err
	}

	s := &stage{server: server, cluster: cluster, database: database, lasting: lasting}

	err = s.prepare(ctx)
	if err == nil {
		err = s.identify(ctx)
	}

	if alone := scaleMeasurements()[strings.Join(only, "")]; alone != nil && err == nil {
		return errors.Join(alone(s, ctx, directory, rounds), server.Stop())
	}

	if err == nil {
		err = s.withOthers(ctx, directory, func() error { return s.measure(ctx, directory, rounds, only) })
	}

	return errors.Join(err, server.Stop())
}

// withOthers runs work beside a second server on the database, and one on SQLite.
func (s *stage) withOthers(ctx context.Context, directory string, work func() error) error {
	second, err := start(ctx, s.server.binary, s.database, directory)
	if err != nil {
		return err
	}

	if s.other, err = second.as("sign-in", auth.RoleSignInService); err == nil {
		err = s.onSQLite(ctx, directory)
	}

	if err == nil {
		var stop func() error
		if stop, err = s.startPostGraphile(ctx); err == nil {
			err = errors.Join(work(), stop())
		}
	}

	if s.sqlite != nil {
		err = errors.Join(err, s.sqlite.server.Stop())
	}

	return errors.Join(err, second.Stop())
}

// prepare makes a policy with more licenses than any run takes.
func (s *stage) prepare(ctx context.Context) error {
	admin, err := s.server.as("bench", auth.RoleGlobalAdmin)
	if err != nil {
		return err
	}

	if s.signIn, err = s.server.as("sign-in", auth.RoleSignInService); err != nil {
		return err
	}

	var around struct {
		Apps     struct{ Nodes []struct{ ID string } }
		Products struct{ Nodes []struct{ ID string } }
	}
	if err := admin.send(ctx, `{ apps(claimable: true) { nodes { id } } products(filter: {owned: true}) { nodes { id } } }`, nil, &around); err != nil {
		return err
	}

	input := map[string]any{
		"buy": map[string]any{"productId": around.Products.Nodes[0].ID, "quantity": 10_000_000}, //nolint:mnd // Enough.
		"policy": map[string]any{
			"name": "Everybody", "appId": around.Apps.Nodes[0].ID,
			"products": []any{
				map[string]any{"productId": around.Products.Nodes[0].ID}, map[string]any{"productId": around.Products.Nodes[1].ID},
			},
		},
	}

	var ignored any

	return admin.send(ctx, `mutation($buy: CreateSubscriptionInput!, $policy: CreatePolicyInput!) {
		setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } }
		createSubscription(input: $buy) { userErrors { message } }
		again: createSubscription(input: $buy) { userErrors { message } } # Ten million is as much as one may have.
		createPolicy(input: $policy) { userErrors { message } } }`,
		input, &ignored)
}

// identify finds the ids that pgbench's claims need.
func (s *stage) identify(ctx context.Context) error {
	db, err := sql.Open("pgx", s.database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	defer func() { _ = db.Close() }()

	return db.QueryRowContext(ctx, `SELECT p.tenant_id, p.id, p.app_id, pp.product_id FROM policies p
		JOIN policy_products pp ON pp.tenant_id = p.tenant_id AND pp.policy_id = p.id AND pp.position = 0`).
		Scan(&s.ids.tenant, &s.ids.policy, &s.ids.app, &s.ids.product)
}

func (s *stage) analyze(ctx context.Context) error {
	db, err := sql.Open("pgx", s.database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	_, err = db.ExecContext(ctx, "ANALYZE")

	return errors.Join(err, db.Close())
}

const claimOperation = `mutation Claim($input: ClaimLicenseInput!) { claimLicense(input: $input) { outcome message license { id } userErrors { code message } } }`

// claim is the operation of a sign-in. Answers must contain the text.
func claim(user func(n int) string, answer string) operation {
	// Made once, and filled with each user: the load must cost little.
	before, after, _ := bytes.Cut(graphQL(claimOperation,
		map[string]any{"input": map[string]any{"app": "TEAMS1", "user": "@"}}), []byte("@"))

	return operation{
		body:   func(n int) []byte { return slices.Concat(before, []byte(user(n)), after) },
		accept: func(body []byte) bool { return bytes.Contains(body, []byte(answer)) },
	}
}

func newUser(n int) string { return fmt.Sprintf("user-%08d", n) }

// measurement is one figure of a round.
type measurement struct {
	name string
	take func(ctx context.Context) (sample, error)
}

func (s *stage) claims(callers int) measurement {
	return measurement{fmt.Sprintf("new claims, %d callers", callers), func(ctx context.Context) (sample, error) {
		got, err := load(ctx, s.signIn, callers, s.users, s.lasting, claim(newUser, `"CLAIMED"`))
		s.users += got.requests

		return got, err
	}}
}

func (s *stage) rival(clients int) measurement {
	return measurement{fmt.Sprintf("(a) pgbench, %d clients", clients), func(ctx context.Context) (sample, error) {
		return pgbench(ctx, s.database, s.ids, clients, s.lasting)
	}}
}

// regular is one of those who have claimed in the first round at the latest.
func regular(n int) string {
	const regulars = 1000

	return newUser(n % regulars)
}

func (s *stage) again(callers int) measurement {
	return measurement{fmt.Sprintf("sign-ins, %d callers", callers), func(ctx context.Context) (sample, error) {
		return load(ctx, s.signIn, callers, 0, s.lasting,
			claim(regular, `"ALREADY_LICENSED"`))
	}}
}

func (s *stage) nothing(callers int) measurement {
	return measurement{fmt.Sprintf("(c) no-op mutation, %d callers", callers), func(ctx context.Context) (sample, error) {
		// The resolver refuses an empty user before it asks anybody.
		return load(ctx, s.signIn, callers, 0, s.lasting, claim(func(int) string { return "" }, `"INVALID_INPUT"`))
	}}
}

// group is what is measured together.
type group struct {
	name         string
	measurements []measurement
}

// ratio compares two measurements of the same rounds.
type ratio struct {
	what, over, aim string
	of              func(sample) float64
}

func rate(s sample) float64 { return s.perSecond }
func p99(s sample) float64  { return s.p99.Seconds() }

// groups are the measurements, by the names that -only knows.
func (s *stage) groups() []group {
	return []group{
		{"one", []measurement{s.claims(1), s.rival(1)}},
		{"new", []measurement{s.claims(64), s.rival(64), s.postgraphileClaims(64)}},
		{"many", []measurement{s.claims(256), s.rival(256), s.twoServers(256)}},
		{"again", []measurement{s.again(64), s.nothing(64), s.postgraphileAgain(64), s.postgraphileLookups(64)}},
		{"storm", []measurement{s.again(8), s.storm(8, 64)}},
		{"sqlite", []measurement{s.sqliteClaims(64), s.sqliteSingly(64)}},
	}
}

func ratios() []ratio {
	return []ratio{
		{"new claims, 64 callers", "(a) pgbench, 64 clients", "at least 7", rate},
		{"new claims, 256 callers", "(a) pgbench, 256 clients", "at least 25", rate},
		{"new claims, 1 callers", "(a) pgbench, 1 clients", "at least 0.4", rate},
		{"new claims, 64 callers", "(b) PostGraphile: new claims, 64 callers", "at least 15", rate},
		{"sign-ins, 64 callers", "(c) no-op mutation, 64 callers", "at least 0.85", rate},
		{"sign-ins, 64 callers", "(b) PostGraphile: sign-ins, 64 callers", "at least 9", rate},
		{"sign-ins, 8 callers, during a storm", "sign-ins, 8 callers", "at most 3", p99},
		{"new claims, 256 callers, two servers", "new claims, 256 callers", "at least 0.9", rate},
		{"SQLite: new claims, 64 callers", "SQLite: one transaction per claim, 64 callers", "at least 5", rate},
	}
}

func (s *stage) measure(ctx context.Context, directory string, rounds int, only []string) error {
	// Those who sign in again have claimed before.
	if _, err := s.claims(64).take(ctx); err != nil { //nolint:mnd // As in the measurements.
		return err
	}

	var wanted []measurement

	for _, g := range s.groups() {
		if len(only) == 0 || slices.Contains(only, g.name) {
			wanted = append(wanted, g.measurements...)
		}
	}

	if err := s.rounds(ctx, rounds, wanted); err != nil {
		return err
	}

	if len(only) > 0 {
		return nil
	}

	took, err := s.readyIn(ctx, directory)
	if err != nil {
		return err
	}

	fmt.Printf("\nFrom start to the first answer: %v (aim: under 1 s)\n", took.Round(time.Millisecond))

	said, err := s.footprint(ctx, directory, 5000) //nolint:mnd // As the aim has it.
	if err != nil {
		return err
	}

	fmt.Printf("Memory: %s (aim: at most 256 MB)\n", said)

	return s.server.Check(ctx)
}
