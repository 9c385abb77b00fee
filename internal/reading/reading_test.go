package reading_test

import (
	"context"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/reading"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()
	os.Exit(status)
}

// each runs the test with one tenant on both databases. reads is one operation's reads of that tenant.
func each(t *testing.T, test func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant)) {
	t.Helper()
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		test(t, tenant, reading.New(world.Store).For(tenant.ID))
	})
}

// items reads a whole list, and checks its length against its count.
func items[T any](t *testing.T, list paging.List[T]) []T {
	t.Helper()

	slice, err := list.Page(context.Background(), paging.Page{Limit: 1000})
	require.NoError(t, err)

	found := make([]T, len(slice.Items))
	for i, item := range slice.Items {
		found[i] = item.Value
	}

	count, err := list.Count(context.Background())
	require.NoError(t, err)
	require.Len(t, found, count)

	return found
}

func TestProductsAreListedByNameAndFiltered(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant) {
		tenant.Buy(t, tenant.E3, 1)
		tenant.Buy(t, tenant.Draw, 1)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		yes, no, unknown := true, false, uuid.New()
		basic, draw, e1, e3, e5, f1 := tenant.Basic, tenant.Draw, tenant.E1, tenant.E3, tenant.E5, tenant.F1

		for name, test := range map[string]struct {
			filter reading.ProductFilter
			want   []licensing.Product
		}{
			"all":                       {reading.ProductFilter{}, []licensing.Product{basic, draw, e1, e3, e5, f1}},
			"owned":                     {reading.ProductFilter{Owned: &yes}, []licensing.Product{draw, e3}},
			"not owned":                 {reading.ProductFilter{Owned: &no}, []licensing.Product{basic, e1, e5, f1}},
			"including an app":          {reading.ProductFilter{IncludesAppID: &tenant.Voice.ID}, []licensing.Product{e3, e5}},
			"not in a policy":           {reading.ProductFilter{NotInPolicyID: &policy.ID}, []licensing.Product{basic, draw, e1, e5, f1}},
			"not in an unknown policy":  {reading.ProductFilter{NotInPolicyID: &unknown}, []licensing.Product{basic, draw, e1, e3, e5, f1}},
			"by a part of the name":     {reading.ProductFilter{Text: " PRODUCT e"}, []licensing.Product{e1, e3, e5}},
			"by the code":               {reading.ProductFilter{Text: "basic"}, []licensing.Product{basic}},
			"by a text that is nowhere": {reading.ProductFilter{Text: "nothing"}, []licensing.Product{}},
			"by all together": {
				reading.ProductFilter{Owned: &no, IncludesAppID: &tenant.Voice.ID, NotInPolicyID: &policy.ID, Text: "e"},
				[]licensing.Product{e5},
			},
		} {
			list, err := reads.Products(context.Background(), test.filter)
			require.NoError(t, err)
			assert.Equal(t, test.want, items(t, list), name)
		}
	})
}

func TestAppsAreListedByNameAndFiltered(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant) {
		yes, no := true, false
		mail, sketch, teams, voice := tenant.Mail, tenant.Sketch, tenant.Teams, tenant.Voice

		for name, test := range map[string]struct {
			filter reading.AppFilter
			want   []licensing.App
		}{
			"all":           {reading.AppFilter{}, []licensing.App{mail, sketch, teams, voice}},
			"claimable":     {reading.AppFilter{Claimable: &yes}, []licensing.App{mail, teams}},
			"not claimable": {reading.AppFilter{Claimable: &no}, []licensing.App{sketch, voice}},
			"by the code":   {reading.AppFilter{Text: "teams1"}, []licensing.App{teams}},
			"by both":       {reading.AppFilter{Claimable: &no, Text: "app"}, []licensing.App{sketch, voice}},
		} {
			list, err := reads.Apps(context.Background(), test.filter)
			require.NoError(t, err)
			assert.Equal(t, test.want, items(t, list), name)
		}
	})
}

func TestAnOperationSeesOneCatalogThroughout(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant) {
		ctx := context.Background()

		before, err := reads.Catalog(ctx)
		require.NoError(t, err)

		renamed := tenant.E3
		renamed.Name = "Another name"
		require.NoError(t, tenant.Store.ChangeCatalog(ctx, func(*licensing.Catalog) (store.CatalogChanges, error) {
			return store.CatalogChanges{Products: []licensing.Product{renamed}}, nil
		}))

		after, err := reads.Catalog(ctx)
		require.NoError(t, err)
		assert.Same(t, before, after)

		product, err := reading.New(tenant.Store).For(tenant.ID).Product(ctx, renamed.ID)
		require.NoError(t, err)
		assert.Equal(t, renamed, product, "the next operation sees the change")
	})
}

func TestTogglesOfAPolicyOrAProductThatDoesNotExistAreNone(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E1, 1)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E1)

		toggles, err := reads.AppToggles(ctx, policy.ID, &tenant.E1.ID)
		require.NoError(t, err)
		assert.Equal(t, []licensing.AppToggle{
			{App: tenant.Mail, State: licensing.ToggleOn}, {App: tenant.Teams, State: licensing.ToggleOn, Locked: true},
		}, toggles)

		all, err := reads.AppToggles(ctx, policy.ID, nil)
		require.NoError(t, err)
		assert.Equal(t, toggles, all)

		none, err := reads.AppToggles(ctx, policy.ID, &tenant.E3.ID)
		require.NoError(t, err)
		assert.Empty(t, none, "the policy does not have the product")

		none, err = reads.AppToggles(ctx, uuid.New(), nil)
		require.NoError(t, err)
		assert.Empty(t, none, "there is no such policy")
	})
}

func TestLicensesOfAUserAreFoundByExternalID(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant) {
		ctx := context.Background()
		yes, no, ann := true, false, "ann"

		tenant.Buy(t, tenant.E3, 2)
		tenant.Buy(t, tenant.E1, 2)
		require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: ann}, {ExternalID: "bob"}}))

		assign := func(product licensing.Product) licensing.License {
			license, err := tenant.Admin.AssignLicense(
				ctx, tenant.Actor, admin.UserRef{ExternalID: &ann}, product.ID, []licensing.ID{tenant.Mail.ID})
			require.NoError(t, err)

			return license
		}
		removed, held := assign(tenant.E3), assign(tenant.E1)

		removed, err := tenant.Admin.RemoveLicense(ctx, tenant.Actor, removed.ID, false)
		require.NoError(t, err)

		for name, test := range map[string]struct {
			user   string
			active *bool
			want   []licensing.License
		}{
			"all":                {ann, nil, []licensing.License{held, removed}},
			"active":             {ann, &yes, []licensing.License{held}},
			"removed":            {ann, &no, []licensing.License{removed}},
			"of another":         {"bob", nil, []licensing.License{}},
			"of an unknown user": {"unknown", nil, []licensing.License{}},
		} {
			list, err := reads.LicensesOf(ctx, test.user, test.active)
			require.NoError(t, err)
			assert.ElementsMatch(t, test.want, items(t, list), name)
		}

		off, err := reads.AppsOff(ctx, held)
		require.NoError(t, err)
		assert.Equal(t, []licensing.App{tenant.Mail}, off)
	})
}

func TestAnObjectOfAnotherTenantIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, reads *reading.Tenant) {
		ctx := context.Background()
		other := tenant.NewTenant(t, "other")
		subscription := other.Buy(t, other.E3, 1)
		policy := other.Policy(t, "Teams", other.Teams, other.E3)
		event := items(t, other.Data().AuditEvents(store.AuditFilter{}))[0]

		missing := func(_ any, err error) {
			t.Helper()
			assert.True(t, licensing.IsNotFound(err), "%v", err)
		}

		for _, id := range []licensing.ID{uuid.New(), subscription.ID, policy.ID, event.ID} {
			missing(reads.App(ctx, id))
			missing(reads.Product(ctx, id))
			missing(reads.Policy(ctx, id))
			missing(reads.User(ctx, id))
			missing(reads.Subscription(ctx, id))
			missing(reads.Claim(ctx, id))
			missing(reads.MissedClaim(ctx, id))
			missing(reads.AuditEvent(ctx, id))
		}

		found, err := reading.New(tenant.Store).For(other.ID).Policy(ctx, policy.ID)
		require.NoError(t, err)
		assert.Equal(t, policy.ID, found.ID)
	})
}
