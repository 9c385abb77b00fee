// Package storetest runs tests on both databases, and fills databases for them.
package storetest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// Each runs the test on SQLite and on PostgreSQL, in parallel. Each run has an empty, migrated database.
func Each(t *testing.T, cluster *testdb.Cluster, test func(t *testing.T, url string)) {
	t.Helper()
	t.Parallel()

	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t, cluster))
	})
}

// EachAndPooled is Each with one more run, on PostgreSQL through PgBouncer in transaction mode.
func EachAndPooled(t *testing.T, cluster *testdb.Cluster, test func(t *testing.T, url string)) {
	t.Helper()

	Each(t, cluster, test)
	t.Run("PgBouncer", func(t *testing.T) {
		t.Parallel()
		test(t, Pooled(t, cluster))
	})
}

// direct maps the URLs of poolers to the URLs of the databases.
var direct sync.Map

// Pooled returns a URL that leads through PgBouncer to an empty, migrated PostgreSQL database. [Direct] returns the URL
// that leads past PgBouncer; [Open] uses it.
func Pooled(t testing.TB, cluster *testdb.Cluster) string {
	t.Helper()

	database := Postgres(t, cluster)
	url, err := cluster.Pooled(database)
	require.NoError(t, err)
	direct.Store(url, database)

	return url
}

// Direct returns the URL of the database itself: for a URL of [Pooled] the one past PgBouncer, and any other URL as it
// is.
func Direct(url string) string {
	if found, ok := direct.Load(url); ok {
		if database, ok := found.(string); ok { // It always is.
			return database
		}
	}

	return url
}

// migratedFile returns the content of a migrated SQLite file. Copying it is faster than migrating for each test.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "autoclaim-sqlite-")
	if err != nil {
		return nil, err
	}

	defer func() { _ = os.RemoveAll(dir) }()

	path := filepath.Join(dir, "template.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}

	return os.ReadFile(path)
})

// SQLite returns the URL of an empty, migrated SQLite file.
func SQLite(t testing.TB) string {
	t.Helper()

	raw, err := migratedFile()
	require.NoError(t, err)

	path := filepath.Join(t.TempDir(), "test.db")
	require.NoError(t, os.WriteFile(path, raw, 0o600))

	return "sqlite:" + path
}

// Postgres returns the URL of an empty, migrated PostgreSQL database.
func Postgres(t testing.TB, cluster *testdb.Cluster) string {
	t.Helper()

	return cluster.FromTemplate(t, "migrated", migrate)
}

func migrate(url string) error {
	ctx := context.Background()

	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}

	if _, err := db.Migrate(ctx); err != nil {
		return err
	}

	return db.Close()
}

// Open opens the database until the test ends.
func Open(t testing.TB, url string, options ...store.Option) *store.Store {
	t.Helper()

	options = append([]store.Option{store.WithDirectURL(Direct(url))}, options...)
	db, err := store.Open(context.Background(), url, options...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	return db
}

// Statements counts the SQL statements of a store that was opened with it as a plugin; see [store.WithPlugin]. It is
// safe for concurrent use.
type Statements struct{ count atomic.Int64 }

// Name implements [gorm.Plugin].
func (*Statements) Name() string { return "statements" }

// Initialize implements [gorm.Plugin].
func (s *Statements) Initialize(db *gorm.DB) error {
	count := func(*gorm.DB) { s.count.Add(1) }
	on := db.Callback()

	return errors.Join(
		on.Query().Register("count", count), on.Row().Register("count", count), on.Raw().Register("count", count),
		on.Create().Register("count", count), on.Update().Register("count", count), on.Delete().Register("count", count),
	)
}

// Of runs work and returns the number of statements that were sent in that time.
func (s *Statements) Of(work func()) int {
	before := s.count.Load()

	work()

	return int(s.count.Load() - before)
}

// Clock is a clock that stands still until a test advances it. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at a fixed time, with more decimal places than databases store.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 10, 15, 30, 0, 123_456_789, time.UTC)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.now = c.now.Add(by)
}

// World is a store with a catalog.
//
// Teams and Mail are claimable apps; Voice and Sketch are not. E5, E3, E1 and F1 include Teams and Mail. E5 and E3 also
// include Voice. Basic includes only Teams, and Draw only Sketch.
type World struct {
	Store *store.Store
	Clock *Clock
	Admin *admin.Service

	Teams, Mail, Voice, Sketch  licensing.App
	E5, E3, E1, F1, Basic, Draw licensing.Product
}

// NewWorld adds the catalog to an empty database.
func NewWorld(t testing.TB, db *store.Store) *World {
	t.Helper()

	clock := NewClock()
	app := func(code string, claimable bool) licensing.App {
		return licensing.App{
			ID: licensing.NewID(clock.Now()), VendorID: uuid.New(), Code: code, Name: "App " + code, Claimable: claimable,
		}
	}
	product := func(code string) licensing.Product {
		return licensing.Product{
			ID: licensing.NewID(clock.Now()), VendorID: uuid.New(), Code: code, Name: "Product " + code,
		}
	}

	w := &World{
		Store: db, Clock: clock, Admin: admin.New(db, clock.Now),
		Teams: app("TEAMS1", true), Mail: app("MAIL", true), Voice: app("VOICE", false), Sketch: app("SKETCH", false),
		E5: product("E5"), E3: product("E3"), E1: product("E1"), F1: product("F1"),
		Basic: product("BASIC"), Draw: product("DRAW"),
	}

	changes := store.CatalogChanges{
		Apps:     []licensing.App{w.Teams, w.Mail, w.Voice, w.Sketch},
		Products: []licensing.Product{w.E5, w.E3, w.E1, w.F1, w.Basic, w.Draw},
	}
	include := func(product licensing.Product, apps ...licensing.App) {
		for _, app := range apps {
			changes.AddedProductApps = append(changes.AddedProductApps, licensing.ProductApp{ProductID: product.ID, AppID: app.ID})
		}
	}
	include(w.E5, w.Teams, w.Mail, w.Voice)
	include(w.E3, w.Teams, w.Mail, w.Voice)
	include(w.E1, w.Teams, w.Mail)
	include(w.F1, w.Teams, w.Mail)
	include(w.Basic, w.Teams)
	include(w.Draw, w.Sketch)

	require.NoError(t, db.ChangeCatalog(context.Background(),
		func(*licensing.Catalog) (store.CatalogChanges, error) { return changes, nil }))

	return w
}

// Tenant is a tenant of a world, with an admin who acts in it.
type Tenant struct {
	*World
	licensing.Tenant

	Actor admin.Actor
}

// NewTenant adds a tenant with auto-claim on.
func (w *World) NewTenant(t testing.TB, name string) *Tenant {
	t.Helper()

	tenant, err := w.Store.CreateTenant(context.Background(), name, name+"-external", w.Clock.Now())
	require.NoError(t, err)

	actor := admin.Actor{TenantID: tenant.ID, ExternalID: name + "-admin", RequestID: "request-1"}
	_, err = w.Admin.SetAutoClaimEnabled(context.Background(), actor, true)
	require.NoError(t, err)

	return &Tenant{World: w, Tenant: tenant, Actor: actor}
}

// Buy adds an active subscription.
func (t *Tenant) Buy(tb testing.TB, product licensing.Product, quantity int) licensing.Subscription {
	tb.Helper()

	subscription, err := t.Admin.CreateSubscription(
		context.Background(), t.Actor, product.ID, quantity, licensing.SubscriptionActive)
	require.NoError(tb, err)

	return subscription
}

// Policy adds a policy for the app. It is on, and so are all its toggles.
func (t *Tenant) Policy(tb testing.TB, name string, app licensing.App, products ...licensing.Product) licensing.Policy {
	tb.Helper()

	draft := licensing.PolicyDraft{Name: name, AppID: app.ID, Enabled: true}
	for _, product := range products {
		draft.Products = append(draft.Products, licensing.PolicyProduct{ProductID: product.ID})
	}

	policy, err := t.Admin.CreatePolicy(context.Background(), t.Actor, draft)
	require.NoError(tb, err)

	return policy
}

// Ref refers to a policy in any version.
func Ref(policy licensing.Policy) admin.PolicyRef { return admin.PolicyRef{ID: policy.ID} }

// NewAdmin returns the admin service of a database.
func NewAdmin(db *store.Store, clock *Clock) *admin.Service { return admin.New(db, clock.Now) }

// Data returns the handle that reads the tenant's data.
func (t *Tenant) Data() store.Handle { return t.Store.For(t.ID) }

// Logger returns a logger that discards everything.
func Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }
