package licensing_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestANewPolicyNeeds(t *testing.T) {
	t.Parallel()

	good := licensing.PolicyDraft{Name: "Teams", AppID: teams.ID, Products: inOrder(e3)}

	for name, test := range map[string]struct {
		change func(d *licensing.PolicyDraft)
		off    bool
		others []licensing.OtherPolicy
		terms  licensing.ProductTerms
		code   licensing.Code
		path   []string
	}{
		"the feature switch on":    {off: true, code: licensing.CodeAutoClaimOff},
		"an app that exists":       {change: func(d *licensing.PolicyDraft) { d.AppID = id() }, code: licensing.CodeNotFound, path: []string{"appId"}},
		"a claimable app":          {change: func(d *licensing.PolicyDraft) { d.AppID = voice.ID }, code: licensing.CodeAppNotClaimable, path: []string{"appId"}},
		"an app without a policy":  {others: []licensing.OtherPolicy{{Name: "Old", AppID: teams.ID}}, code: licensing.CodeAppHasPolicy, path: []string{"appId"}},
		"a name":                   {change: func(d *licensing.PolicyDraft) { d.Name = " \t" }, code: licensing.CodeNameRequired, path: []string{"name"}},
		"a unique name":            {others: []licensing.OtherPolicy{{Name: "TEAMS", AppID: mail.ID}}, code: licensing.CodeNameTaken, path: []string{"name"}},
		"a product":                {change: func(d *licensing.PolicyDraft) { d.Products = nil }, code: licensing.CodeProductsRequired, path: []string{"products"}},
		"five products at most":    {change: func(d *licensing.PolicyDraft) { d.Products = inOrder(e5, e3, e1, f1, f3, k1) }, code: licensing.CodeTooManyProducts, path: []string{"products"}},
		"no product twice":         {change: func(d *licensing.PolicyDraft) { d.Products = inOrder(e3, e1, e3) }, code: licensing.CodeProductDuplicate, path: []string{"products", "2", "productId"}},
		"products that exist":      {change: func(d *licensing.PolicyDraft) { d.Products = inOrder(licensing.Product{ID: id()}) }, code: licensing.CodeNotFound, path: []string{"products", "0", "productId"}},
		"products with its app":    {change: func(d *licensing.PolicyDraft) { d.Products = inOrder(e3, draw) }, code: licensing.CodeProductLacksApp, path: []string{"products", "1", "productId"}},
		"products the tenant owns": {terms: licensing.ProductTerms{Catalog: catalog()}, code: licensing.CodeProductNotOwned, path: []string{"products", "0", "productId"}},
		"its own app on":           {change: func(d *licensing.PolicyDraft) { d.Products[0].AppsOff = []licensing.ID{teams.ID} }, code: licensing.CodePolicyAppRequired, path: []string{"products", "0", "appsOff", "0"}},
		"toggles of the product only": {change: func(d *licensing.PolicyDraft) {
			d.Products = inOrder(e1)
			d.Products[0].AppsOff = []licensing.ID{voice.ID}
		}, code: licensing.CodeAppNotInProduct, path: []string{"products", "0", "appsOff", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			draft, facts := good, test.terms
			draft.Products = inOrder(e3)

			if test.change != nil {
				test.change(&draft)
			}

			if facts.Catalog == nil {
				facts = terms()
			}

			_, err := licensing.NewPolicy(draft, !test.off, test.others, facts, noon)
			requireRefusal(t, err, test.code, test.path...)
		})
	}

	policy, err := licensing.NewPolicy(good, true, nil, terms(), noon)
	require.NoError(t, err)
	assert.Equal(t, 1, policy.Version)
}

func TestAPolicyNameIsTrimmedAndCountedInCharacters(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3)
	require.NoError(t, rename(&policy, "  "+strings.Repeat("é", 100)+"\n"))
	assert.Equal(t, strings.Repeat("é", 100), policy.Name)

	refusesUnchanged(t, policy, licensing.CodeNameTooLong, "name", func(p *licensing.Policy) error {
		return rename(p, strings.Repeat("é", 101))
	})
}

func TestAPolicyNameHasNoCharactersThatCannotBeSeen(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"Te\u200bams", "Teams\u202e", "a\x00b", "a\nb", "Te\u00adams", "\ufeffTeams"} {
		refusesUnchanged(t, newPolicy(t, e3), licensing.CodeInvalidInput, "name", func(p *licensing.Policy) error {
			return rename(p, name)
		})
	}

	policy := newPolicy(t, e3)
	policy.Name = "Te\u200bams"
	require.NoError(t, rename(&policy, "Te\u200bams"), "a name that was stored earlier may stay")
}

func TestPolicyNamesAreUniqueIgnoringCase(t *testing.T) {
	t.Parallel()

	for taken, wanted := range map[string]string{
		"Sales": "sALES", "ÄRZTE": "ärzte", "Straße": "STRASSE", "Ame\u0301lie": "AMÉLIE",
	} {
		refusesUnchanged(t, newPolicy(t, e3), licensing.CodeNameTaken, "name", func(p *licensing.Policy) error {
			return rename(p, wanted, licensing.OtherPolicy{Name: taken})
		})
	}

	policy := newPolicy(t, e3)
	require.NoError(t, rename(&policy, "TEAMS FOR ALL"), "a policy may change the case of its own name")
}

func TestTheLastProductOfAPolicyCannotBeRemoved(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3)
	refusesUnchanged(t, policy, licensing.CodeLastProduct, "productId", func(p *licensing.Policy) error {
		return p.RemoveProduct(e3.ID)
	})
	assert.ErrorContains(t, policy.RemoveProduct(e3.ID), "Turn the policy off instead")
}

func TestTheFirstBackupReplacesARemovedPrimary(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1, f1)
	require.NoError(t, policy.RemoveProduct(e3.ID))
	requireOrder(t, policy, e1, f1)
	refusesUnchanged(t, policy, licensing.CodeProductNotInPolicy, "productId", func(p *licensing.Policy) error {
		return p.RemoveProduct(e3.ID)
	})
}

func TestAProductMovesByOnePlace(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1, f1)
	require.NoError(t, policy.MoveProduct(f1.ID, licensing.DirectionUp))
	requireOrder(t, policy, e3, f1, e1)
	require.NoError(t, policy.MoveProduct(e3.ID, licensing.DirectionDown))
	requireOrder(t, policy, f1, e3, e1)

	for product, direction := range map[licensing.ID]licensing.Direction{
		f1.ID: licensing.DirectionUp, e1.ID: licensing.DirectionDown,
	} {
		refusesUnchanged(t, policy, licensing.CodeCannotMove, "direction", func(p *licensing.Policy) error {
			return p.MoveProduct(product, direction)
		})
	}

	refusesUnchanged(t, policy, licensing.CodeProductNotInPolicy, "productId", func(p *licensing.Policy) error {
		return p.MoveProduct(e5.ID, licensing.DirectionUp)
	})
}

func TestAnOrderListsEachProductOnce(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1, f1)
	require.NoError(t, policy.ReorderProducts([]licensing.ID{f1.ID, e3.ID, e1.ID}))
	requireOrder(t, policy, f1, e3, e1)

	for _, test := range []struct {
		order []licensing.ID
		code  licensing.Code
		path  string
	}{
		{[]licensing.ID{f1.ID, e3.ID}, licensing.CodeOrderIncomplete, "productIds"},
		{[]licensing.ID{f1.ID, e3.ID, f1.ID}, licensing.CodeProductDuplicate, "productIds.2"},
		{[]licensing.ID{f1.ID, e3.ID, e5.ID}, licensing.CodeProductNotInPolicy, "productIds.2"},
	} {
		refusesUnchanged(t, policy, test.code, test.path, func(p *licensing.Policy) error {
			return p.ReorderProducts(test.order)
		})
	}
}

func TestABackupMustBeNewOwnedAndIncludeTheApp(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1)
	add := func(product licensing.Product, off ...licensing.ID) func(p *licensing.Policy) error {
		return func(p *licensing.Policy) error {
			return p.AddBackup(licensing.PolicyProduct{ProductID: product.ID, AppsOff: off}, terms())
		}
	}

	refusesUnchanged(t, policy, licensing.CodeProductDuplicate, "productId", add(e1))
	refusesUnchanged(t, policy, licensing.CodeProductLacksApp, "productId", add(draw))
	refusesUnchanged(t, policy, licensing.CodePolicyAppRequired, "appsOff.0", add(e5, teams.ID))
	refusesUnchanged(t, policy, licensing.CodeProductNotOwned, "productId", func(p *licensing.Policy) error {
		return p.AddBackup(licensing.PolicyProduct{ProductID: e5.ID}, licensing.ProductTerms{Catalog: catalog()})
	})

	for _, product := range []licensing.Product{e5, f1, f3} {
		require.NoError(t, add(product)(&policy))
	}

	requireOrder(t, policy, e3, e1, e5, f1, f3)
	refusesUnchanged(t, policy, licensing.CodeTooManyProducts, "productId", add(k1))
}

func TestAProductOfAPolicyMayStayWhenItsSubscriptionLapses(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1)
	lapsed := terms()
	lapsed.Pools[e3.ID] = licensing.Pool{ProductID: e3.ID, Total: 0, Assigned: 4}

	require.NoError(t, setProducts(&policy, inOrder(e1, e3), lapsed))
	requireOrder(t, policy, e1, e3)
}

func TestAStaleVersionIsAConflict(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3)
	current, stale := 1, 0

	require.NoError(t, policy.CheckVersion(nil))
	require.NoError(t, policy.CheckVersion(&current))
	requireRefusal(t, policy.CheckVersion(&stale), licensing.CodeConflict, "version")
}

func TestAvailableLicensesAreTheSumOverThePolicysProducts(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1)
	assert.Equal(t, 7, policy.AvailableLicenses(catalog(), map[licensing.ID]licensing.Pool{
		e3.ID: {ProductID: e3.ID, Total: 10, Assigned: 3}, e1.ID: {ProductID: e1.ID, Total: 1, Assigned: 5},
		e5.ID: {ProductID: e5.ID, Total: 100},
	}), "a pool that is over its total counts as empty")
}

func TestAProductThatNoLongerIncludesTheAppHasNothingForThePolicy(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1)
	pools := map[licensing.ID]licensing.Pool{
		e3.ID: {ProductID: e3.ID, Total: 10, Assigned: 3}, e1.ID: {ProductID: e1.ID, Total: 4},
	}
	imported := licensing.NewCatalog(2, []licensing.App{teams, mail}, []licensing.Product{e3, e1},
		[]licensing.ProductApp{{ProductID: e3.ID, AppID: mail.ID}, {ProductID: e1.ID, AppID: teams.ID}})

	assert.Equal(t, 11, policy.AvailableLicenses(catalog(), pools))
	assert.Equal(t, 4, policy.AvailableLicenses(imported, pools))
	assert.False(t, policy.Gives(e3.ID, imported))
	assert.Zero(t, policy.AvailableOf(e3.ID, imported, pools[e3.ID]))
	assert.True(t, policy.Gives(e1.ID, imported))
	assert.Equal(t, 4, policy.AvailableOf(e1.ID, imported, pools[e1.ID]))
	assert.False(t, policy.Gives(e5.ID, imported), "a product that the catalog does not have")
}

func TestAllTogglesStartOn(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3)
	toggles, err := policy.AppToggles(catalog(), &e3.ID)
	require.NoError(t, err)
	require.Len(t, toggles, 3)

	for _, toggle := range toggles {
		assert.Equal(t, licensing.ToggleOn, toggle.State)
		assert.Equal(t, toggle.App.ID == teams.ID, toggle.Locked)
	}
}

func TestAppTogglesChangeAllOrNothing(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1)
	off := func(product *licensing.ID, app licensing.App) licensing.ToggleChange {
		return licensing.ToggleChange{ProductID: product, AppID: app.ID}
	}

	for _, test := range []struct {
		change licensing.ToggleChange
		code   licensing.Code
		path   string
	}{
		{off(nil, teams), licensing.CodePolicyAppRequired, "toggles.1.appId"},
		{off(&e5.ID, mail), licensing.CodeProductNotInPolicy, "toggles.1.productId"},
		{off(&e1.ID, voice), licensing.CodeAppNotInProduct, "toggles.1.appId"},
	} {
		refusesUnchanged(t, policy, test.code, test.path, func(p *licensing.Policy) error {
			return p.SetAppToggles([]licensing.ToggleChange{off(nil, mail), test.change}, catalog())
		})
	}

	require.NoError(t, policy.SetAppToggles([]licensing.ToggleChange{off(&e3.ID, mail), off(nil, voice)}, catalog()))

	toggles, err := policy.AppToggles(catalog(), nil)
	require.NoError(t, err)

	states := make(map[string]licensing.ToggleState)
	for _, toggle := range toggles {
		states[toggle.App.Code] = toggle.State
	}

	assert.Equal(t, map[string]licensing.ToggleState{
		"TEAMS1": licensing.ToggleOn, "MAIL": licensing.ToggleMixed, "VOICE": licensing.ToggleOff,
	}, states)
}
