package licensing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func license(product licensing.Product, off ...licensing.App) licensing.License {
	l := licensing.License{ID: id(), ProductID: product.ID, AssignedAt: noon}
	for _, app := range off {
		l.AppsOff = append(l.AppsOff, app.ID)
	}

	return l
}

func TestTheOutcomesOfAClaimHaveAnOrder(t *testing.T) {
	t.Parallel()

	on := newPolicy(t, e3, e1)
	off := on.Clone()
	off.Enabled = false

	removed := license(e3)
	require.NoError(t, removed.Remove(noon))

	for name, test := range map[string]struct {
		switchOff bool
		policy    *licensing.Policy
		user      licensing.Claimant
		want      licensing.Outcome
	}{
		"a license wins over everything": {true, nil, licensing.Claimant{Blocked: true, Licenses: []licensing.License{license(e5)}}, licensing.OutcomeAlreadyLicensed},
		"the switch comes first":         {true, nil, licensing.Claimant{Blocked: true}, licensing.OutcomeAutoClaimOff},
		"then whether there is a policy": {false, nil, licensing.Claimant{Blocked: true}, licensing.OutcomeNoPolicy},
		"then whether it is on":          {false, &off, licensing.Claimant{Blocked: true}, licensing.OutcomePolicyOff},
		"then the block":                 {false, &on, licensing.Claimant{Blocked: true, Licenses: []licensing.License{license(e3, teams)}}, licensing.OutcomeBlocked},
		"then an app turned off":         {false, &on, licensing.Claimant{Licenses: []licensing.License{license(e1, teams)}}, licensing.OutcomeAppTurnedOff},
		"a removed license is none":      {false, &on, licensing.Claimant{Licenses: []licensing.License{removed}}, ""},
		"nor one of another product":     {false, &on, licensing.Claimant{Licenses: []licensing.License{license(e5, teams), license(draw)}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			facts := licensing.ClaimTerms{
				Catalog: catalog(), AppID: teams.ID, AutoClaimEnabled: !test.switchOff, Policy: test.policy,
			}
			decision, settled := facts.Settle(test.user)
			assert.Equal(t, test.want != "", settled)
			assert.Equal(t, test.want, decision.Outcome)
			assert.Equal(t, test.want == licensing.OutcomeAlreadyLicensed, decision.License != nil)
		})
	}
}

func decide(
	t *testing.T, policy licensing.Policy, pools map[licensing.ID]licensing.Pool, users ...licensing.Claimant,
) []licensing.Decision {
	t.Helper()

	terms := licensing.ClaimTerms{Catalog: catalog(), AppID: teams.ID, AutoClaimEnabled: true, Policy: &policy}
	facts, externalIDs := batchOf(pools, users)
	decisions, results := licensing.DecideClaims(terms, facts, externalIDs, noon)
	requireResults(t, decisions, results, policy)

	return decisions
}

// batchOf returns the facts of a batch of these users, and their external ids in order of arrival.
func batchOf(
	pools map[licensing.ID]licensing.Pool, users []licensing.Claimant,
) (facts licensing.ClaimFacts, externalIDs []string) {
	facts = licensing.ClaimFacts{
		Users: make(map[string]licensing.User), Licenses: make(map[licensing.ID][]licensing.License), Pools: pools,
	}

	for _, user := range users {
		externalID := user.UserID.String()
		facts.Users[externalID] = licensing.User{ID: user.UserID, ExternalID: externalID}
		facts.Licenses[user.UserID] = user.Licenses
		externalIDs = append(externalIDs, externalID)
	}

	return facts, externalIDs
}

// requireResults fails unless what a batch stores is what it decided.
func requireResults(
	t require.TestingT, decisions []licensing.Decision, results licensing.ClaimResults, policy licensing.Policy,
) {
	require.Equal(t, policy.ID, results.PolicyID)
	require.Equal(t, policy.AppID, results.AppID)
	require.Equal(t, noon, results.At)
	require.Len(t, results.Claims, len(results.Licenses))

	claims, missed := 0, 0

	for _, decision := range decisions {
		switch decision.Outcome {
		case licensing.OutcomeClaimed:
			require.Equal(t, *decision.License, results.Licenses[claims])
			require.Equal(t, licensing.Claim{
				ID: results.Claims[claims].ID, UserID: decision.UserID, PolicyID: policy.ID, AppID: policy.AppID,
				ProductID: decision.License.ProductID, LicenseID: decision.License.ID, Position: decision.Position, ClaimedAt: noon,
			}, results.Claims[claims])
			claims++
		case licensing.OutcomeOutOfLicenses:
			require.Equal(t, decision.UserID, results.Missed[missed])
			missed++
		}
	}

	require.Len(t, results.Claims, claims)
	require.Len(t, results.Missed, missed)
}

func pools(left map[licensing.ID]int) map[licensing.ID]licensing.Pool {
	p := make(map[licensing.ID]licensing.Pool)
	for product, n := range left {
		p[product] = licensing.Pool{ProductID: product, Total: n + 1, Assigned: 1}
	}

	return p
}

func TestABatchTakesFromTheProductsInOrderUntilTheyAreOut(t *testing.T) {
	t.Parallel()

	users := make([]licensing.Claimant, 4)
	for i := range users {
		users[i].UserID = id()
	}

	left := pools(map[licensing.ID]int{e3.ID: 1, e1.ID: 2})
	decisions := decide(t, newPolicy(t, e3, e1), left, users...)

	for i, want := range []struct {
		product  licensing.Product
		position int
	}{{e3, 0}, {e1, 1}, {e1, 1}} {
		assert.Equal(t, licensing.OutcomeClaimed, decisions[i].Outcome)
		assert.Equal(t, want.product.ID, decisions[i].License.ProductID)
		assert.Equal(t, want.position, decisions[i].Position)
		assert.Equal(t, users[i].UserID, decisions[i].License.UserID)
	}

	assert.Equal(t, licensing.Decision{Outcome: licensing.OutcomeOutOfLicenses, UserID: users[3].UserID}, decisions[3])
	assert.Equal(t, 1, left[e3.ID].Assigned, "the arguments stay as they are")
}

func TestAUserTwiceInABatchGetsOneLicense(t *testing.T) {
	t.Parallel()

	ann, bob := licensing.Claimant{UserID: id()}, licensing.Claimant{UserID: id()}
	decisions := decide(t, newPolicy(t, e3), pools(map[licensing.ID]int{e3.ID: 2}), ann, ann, bob, ann)

	assert.Equal(t, licensing.OutcomeClaimed, decisions[0].Outcome)
	assert.Equal(t, licensing.OutcomeClaimed, decisions[2].Outcome)

	for _, again := range []licensing.Decision{decisions[1], decisions[3]} {
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, again.Outcome)
		assert.Equal(t, decisions[0].License, again.License)
	}
}

func TestAClaimSkipsProductsThatWouldNotLetTheUserIn(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1)
	policy.Products = append(inOrder(draw), policy.Products...) // An import took Teams out of Draw.

	decisions := decide(t, policy, pools(map[licensing.ID]int{draw.ID: 5, e3.ID: 5}), licensing.Claimant{UserID: id()})
	assert.Equal(t, e3.ID, decisions[0].License.ProductID)
	assert.Equal(t, 1, decisions[0].Position)
}

func TestALicenseIsGivenWithThePolicysToggles(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3)
	policy.Products[0].AppsOff = []licensing.ID{voice.ID}

	given := decide(t, policy, pools(map[licensing.ID]int{e3.ID: 1}), licensing.Claimant{UserID: id()})[0].License
	assert.Equal(t, []licensing.ID{voice.ID}, given.AppsOff)
	assert.Equal(t, policy.ID, *given.PolicyID)
	assert.Equal(t, licensing.SourceAutoClaim, given.Source)

	policy.Products[0].AppsOff[0] = mail.ID
	assert.Equal(t, []licensing.ID{voice.ID}, given.AppsOff, "the license has its own copy of the toggles")
}

func TestABatchNeverGivesMoreThanIsLeft(t *testing.T) {
	t.Parallel()

	policy := newPolicy(t, e3, e1, f1)

	rapid.Check(t, func(r *rapid.T) {
		left := make(map[licensing.ID]licensing.Pool)
		for _, product := range policy.Products {
			left[product.ProductID] = licensing.Pool{
				Total: rapid.IntRange(0, 5).Draw(r, "total"), Assigned: rapid.IntRange(0, 7).Draw(r, "assigned"),
			}
		}

		people := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 30).Draw(r, "users")

		var users []licensing.Claimant
		for _, person := range people {
			users = append(users, licensing.Claimant{UserID: licensing.ID{byte(person)}})
		}

		terms := licensing.ClaimTerms{Catalog: catalog(), AppID: teams.ID, AutoClaimEnabled: true, Policy: &policy}
		facts, externalIDs := batchOf(left, users)
		decisions, results := licensing.DecideClaims(terms, facts, externalIDs, noon)
		requireResults(r, decisions, results, policy)

		taken, holders := make(map[licensing.ID]int), make(map[licensing.ID]bool)

		for i, decision := range decisions {
			if decision.Outcome == licensing.OutcomeClaimed {
				taken[decision.License.ProductID]++
				require.False(r, holders[users[i].UserID], "a user got two")
				holders[users[i].UserID] = true
			}
		}

		for product, pool := range left {
			require.LessOrEqual(r, taken[product], pool.Available())
		}
	})
}

func TestEveryOutcomeHasAMessageForTheUser(t *testing.T) {
	t.Parallel()

	for _, outcome := range []licensing.Outcome{
		licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed, licensing.OutcomeAutoClaimOff,
		licensing.OutcomeNoPolicy, licensing.OutcomePolicyOff, licensing.OutcomeBlocked,
		licensing.OutcomeAppTurnedOff, licensing.OutcomeOutOfLicenses,
	} {
		assert.Contains(t, outcome.Message("Teams", "E3"), "Teams", outcome)
	}
}
