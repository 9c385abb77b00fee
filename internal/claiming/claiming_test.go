package claiming_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

var everything = paging.Page{Limit: 1000}

func TestBackupsTakeOverInOrderUntilNothingIsLeft(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 2)
		tenant.Buy(t, tenant.E1, 1)
		tenant.Buy(t, tenant.F1, 1)
		policy := tenant.Policy(t, "Teams for all", tenant.Teams, tenant.E3, tenant.E1, tenant.F1)

		want := []licensing.ID{tenant.E3.ID, tenant.E3.ID, tenant.E1.ID, tenant.F1.ID}
		for i, user := range []string{"ann", "bob", "cid", "dot"} {
			answer := claim(t, claims, tenant, user, "TEAMS1")
			require.Equal(t, licensing.OutcomeClaimed, answer.Outcome, user)
			assert.Equal(t, want[i], answer.License.ProductID, user)
			assert.Equal(t, policy.ID, *answer.License.PolicyID)
			assert.Equal(t, licensing.SourceAutoClaim, answer.License.Source)
		}

		for range 2 {
			assert.Equal(t, licensing.OutcomeOutOfLicenses, claim(t, claims, tenant, "eve", "TEAMS1").Outcome)
			tenant.Clock.Advance(time.Minute)
		}

		missed, err := tenant.Data().MissedClaims(store.ReportFilter{}).Page(context.Background(), everything)
		require.NoError(t, err)
		require.Len(t, missed.Items, 1)
		assert.Equal(t, 2, missed.Items[0].Value.Count)
		assert.Equal(t, time.Minute, missed.Items[0].Value.LastAt.Sub(missed.Items[0].Value.FirstAt))

		requireSound(t, tenant.Store)
	})
}

func TestAClaimOfALicensedUserReturnsTheirLicense(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 5)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		first := claim(t, claims, tenant, "ann", "TEAMS1")
		again := claim(t, claims, tenant, "ann", tenant.Teams.VendorID.String())

		assert.Equal(t, licensing.OutcomeAlreadyLicensed, again.Outcome)
		assert.Equal(t, first.License, again.License)
		assert.Equal(t, 1, pool(t, tenant, tenant.E3).Assigned)
	})
}

func TestASignInOfALicensedUserWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 5)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		given := claim(t, claims, tenant, "ann", "TEAMS1").License
		claims.Close()

		again := newServer(t, tenant.Store, tenant.Clock)

		// A write would have to wait for this transaction, which waits for the claim.
		err := tenant.Store.InTx(context.Background(), tenant.ID, func(tx *store.Tx) error {
			_, userErr := tx.LockUser(t.Context(), given.UserID)
			_, poolErr := tx.LockPools(t.Context(), []licensing.ID{tenant.E3.ID})
			require.NoError(t, errors.Join(userErr, poolErr))

			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()

			answer, err := again.Claim(ctx, tenant.ID, "ann", "TEAMS1")
			require.NoError(t, err)
			assert.Equal(t, licensing.OutcomeAlreadyLicensed, answer.Outcome)

			return nil
		})
		require.NoError(t, err)
	})
}

func TestAnAnswerHasTheAppAndTheProductOfItsLicense(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		for _, want := range []licensing.Outcome{licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed} {
			answer := claim(t, claims, tenant, "ann", "TEAMS1")
			require.Equal(t, want, answer.Outcome)
			assert.Equal(t, tenant.Teams, answer.App)
			assert.Equal(t, &tenant.E3, answer.Product)
			assert.Contains(t, answer.Message, tenant.E3.Name)
		}

		denied := claim(t, claims, tenant, "bob", "TEAMS1")
		require.Equal(t, licensing.OutcomeOutOfLicenses, denied.Outcome)
		assert.Equal(t, tenant.Teams, denied.App)
		assert.Nil(t, denied.Product)
	})
}

func TestALicensedUserGetsInWhateverTheSwitchAndThePolicySay(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 5)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		claim(t, claims, tenant, "ann", "TEAMS1")

		_, err := tenant.Admin.DeletePolicy(ctx, tenant.Actor, admin.PolicyRef{ID: policy.ID})
		require.NoError(t, err)
		_, err = tenant.Admin.SetAutoClaimEnabled(ctx, tenant.Actor, false)
		require.NoError(t, err)

		assert.Equal(t, licensing.OutcomeAlreadyLicensed, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
	})
}

func TestReasonsToRefuseAreReturnedInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()
		outcome := func() licensing.Outcome { return claim(t, claims, tenant, "ann", "TEAMS1").Outcome }

		require.Equal(t, licensing.OutcomeNoPolicy, outcome())

		// All reasons to refuse hold at first. The test removes them one by one, in their order.
		tenant.Buy(t, tenant.E3, 1)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		ref := admin.PolicyRef{ID: policy.ID}
		require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: "ann"}}))

		ann := "ann"
		off, err := tenant.Admin.AssignLicense(ctx, tenant.Actor, admin.UserRef{ExternalID: &ann},
			tenant.E3.ID, []licensing.ID{tenant.Teams.ID})
		require.NoError(t, err)
		_, err = tenant.Admin.SetBlocked(ctx, tenant.Actor, admin.UserRef{ExternalID: &ann}, true)
		require.NoError(t, err)
		_, err = tenant.Admin.SetPolicyEnabled(ctx, tenant.Actor, ref, false)
		require.NoError(t, err)
		_, err = tenant.Admin.SetAutoClaimEnabled(ctx, tenant.Actor, false)
		require.NoError(t, err)

		require.Equal(t, licensing.OutcomeAutoClaimOff, outcome())
		_, err = tenant.Admin.SetAutoClaimEnabled(ctx, tenant.Actor, true)
		require.NoError(t, err)

		require.Equal(t, licensing.OutcomePolicyOff, outcome())
		_, err = tenant.Admin.SetPolicyEnabled(ctx, tenant.Actor, ref, true)
		require.NoError(t, err)

		require.Equal(t, licensing.OutcomeBlocked, outcome())
		_, err = tenant.Admin.SetBlocked(ctx, tenant.Actor, admin.UserRef{ExternalID: &ann}, false)
		require.NoError(t, err)

		require.Equal(t, licensing.OutcomeAppTurnedOff, outcome())
		_, err = tenant.Admin.RemoveLicense(ctx, tenant.Actor, off.ID, false)
		require.NoError(t, err)

		require.Equal(t, licensing.OutcomeClaimed, outcome())
	})
}

func TestABlockedUserDoesNotClaimARemovedLicenseBack(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		answer := claim(t, claims, tenant, "ann", "TEAMS1")
		_, err := tenant.Admin.RemoveLicense(ctx, tenant.Actor, answer.License.ID, true)
		require.NoError(t, err)
		require.Equal(t, licensing.OutcomeBlocked, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)

		_, err = tenant.Admin.SetBlocked(ctx, tenant.Actor, admin.UserRef{ID: &answer.License.UserID}, false)
		require.NoError(t, err)
		require.Equal(t, licensing.OutcomeClaimed, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
		requireSound(t, tenant.Store)
	})
}

func TestALicenseGetsThePolicysToggles(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 5)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		before := claim(t, claims, tenant, "ann", "TEAMS1")

		_, err := tenant.Admin.SetAppToggles(ctx, tenant.Actor, admin.PolicyRef{ID: policy.ID},
			[]licensing.ToggleChange{{AppID: tenant.Voice.ID, On: false}})
		require.NoError(t, err)

		after := claim(t, claims, tenant, "bob", "TEAMS1")
		assert.Equal(t, []licensing.ID{tenant.Voice.ID}, after.License.AppsOff)

		// A change of a policy never touches licenses already given.
		kept, err := tenant.Data().License(ctx, before.License.ID)
		require.NoError(t, err)
		assert.Empty(t, kept.AppsOff)
	})
}

func TestAfterALapseUsersKeepLicensesAndClaimsUseTheNextProduct(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()
		suspended := licensing.SubscriptionSuspended

		bought := tenant.Buy(t, tenant.E3, 5)
		tenant.Buy(t, tenant.E1, 5)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3, tenant.E1)
		claim(t, claims, tenant, "ann", "TEAMS1")

		_, err := tenant.Admin.UpdateSubscription(ctx, tenant.Actor, bought.ID,
			admin.SubscriptionUpdate{Status: &suspended})
		require.NoError(t, err)

		lapsed := pool(t, tenant, tenant.E3)
		assert.Equal(t, licensing.Pool{ProductID: tenant.E3.ID, Total: 0, Assigned: 1}, lapsed)
		assert.Zero(t, lapsed.Available())
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
		assert.Equal(t, tenant.E1.ID, claim(t, claims, tenant, "bob", "TEAMS1").License.ProductID)
		requireSound(t, tenant.Store)
	})
}

func TestAClaimSeesEveryEarlierChangeByAnotherServer(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		elsewhere := newServer(t, storetest.Open(t, url), world.Clock)

		tenant.Buy(t, tenant.E3, 100)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		for i, on := range []bool{true, false, true, false, true} {
			_, err := tenant.Admin.SetPolicyEnabled(ctx, tenant.Actor, admin.PolicyRef{ID: policy.ID}, on)
			require.NoError(t, err)

			want := licensing.OutcomePolicyOff
			if on {
				want = licensing.OutcomeClaimed
			}

			assert.Equal(t, want, claim(t, elsewhere, tenant, string(rune('a'+i)), "TEAMS1").Outcome)
		}

		// After an import has removed the app from the product, its licenses no longer include the app.
		err := world.Store.ChangeCatalog(ctx, func(*licensing.Catalog) (store.CatalogChanges, error) {
			return store.CatalogChanges{RemovedProductApps: []licensing.ProductApp{{ProductID: tenant.E3.ID, AppID: tenant.Teams.ID}}}, nil
		})
		require.NoError(t, err)
		assert.Equal(t, licensing.OutcomeOutOfLicenses, claim(t, elsewhere, tenant, "zoe", "TEAMS1").Outcome)
	})
}

func TestAnUnknownUserIsRecordedWithTheirSignIn(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		ctx := context.Background()
		signedIn := licensing.Instant(tenant.Clock.Now())

		require.Equal(t, licensing.OutcomeNoPolicy, claim(t, claims, tenant, "ann", "TEAMS1").Outcome)
		claims.Close() // Sign-in times are written after the reply; Close waits for that.

		ann, err := tenant.Data().UserByExternalID(ctx, "ann")
		require.NoError(t, err)
		assert.Equal(t, signedIn, *ann.LastSignInAt)
	})
}

func TestTheLastSignInIsWrittenAtMostOnceAnHour(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, _ *claiming.Service) {
		began := licensing.Instant(tenant.Clock.Now())
		signIn := func() time.Time {
			server := newServer(t, tenant.Store, tenant.Clock)
			claim(t, server, tenant, "ann", "TEAMS1")
			server.Close()

			ann, err := tenant.Data().UserByExternalID(context.Background(), "ann")
			require.NoError(t, err)

			return *ann.LastSignInAt
		}

		signIn()
		tenant.Clock.Advance(59 * time.Minute)
		assert.Equal(t, began, signIn())
		tenant.Clock.Advance(time.Minute)
		assert.Equal(t, began.Add(time.Hour), signIn())
	})
}

func TestAServerThatShutsDownRefusesClaims(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		claims.Close()

		_, err := claims.Claim(context.Background(), tenant.ID, "ann", "TEAMS1")
		assert.ErrorIs(t, err, claiming.ErrClosed)
	})
}

func TestMalformedClaimsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		for name, input := range map[string]struct {
			user, app string
			code      licensing.Code
		}{
			"no user":            {"", "TEAMS1", licensing.CodeInvalidInput},
			"white space":        {" ann", "TEAMS1", licensing.CodeInvalidInput},
			"a NUL in the user":  {"a\x00b", "TEAMS1", licensing.CodeInvalidInput},
			"broken UTF-8":       {"a\xff", "TEAMS1", licensing.CodeInvalidInput},
			"an app that is not": {"ann", "NOPE", licensing.CodeNotFound},
		} {
			_, err := claims.Claim(context.Background(), tenant.ID, input.user, input.app)
			refusal, ok := licensing.AsRefusal(err)
			require.True(t, ok, "%s: %v", name, err)
			assert.Equal(t, input.code, refusal.Code, name)
		}
	})
}
