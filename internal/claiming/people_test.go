package claiming_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func personNamed(t *testing.T, tenant *storetest.Tenant, externalID string) licensing.Person {
	t.Helper()

	user, err := tenant.Data().UserByExternalID(context.Background(), externalID)
	require.NoError(t, err)

	return licensing.Person{ExternalID: user.ExternalID, DisplayName: user.DisplayName, Email: user.Email}
}

func TestNamesAndEmailsOfSignInsAreKept(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, _ *claiming.Service) {
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		// Each step is a sign-in, of which all is stored once the server has shut down.
		signIn := func(outcome licensing.Outcome, app, name, email string) {
			server := newServer(t, tenant.Store, tenant.Clock)
			answer, err := server.ClaimFor(context.Background(), tenant.ID,
				licensing.Person{ExternalID: "ann", DisplayName: name, Email: email}, app)
			require.NoError(t, err)
			require.Equal(t, outcome, answer.Outcome)
			server.Close()
		}

		for _, step := range []struct {
			name                string
			outcome             licensing.Outcome
			app                 string
			says, mail          string
			wantName, wantEmail string
		}{
			{"the first sign-in, without a policy", licensing.OutcomeNoPolicy, "MAIL", "Ann", "", "Ann", ""},
			{"a claim", licensing.OutcomeClaimed, "TEAMS1", "", "ann@example.com", "Ann", "ann@example.com"},
			{"a sign-in without a name", licensing.OutcomeAlreadyLicensed, "TEAMS1", "", "", "Ann", "ann@example.com"},
			{"a sign-in with blanks", licensing.OutcomeAlreadyLicensed, "TEAMS1", "  ", " ", "Ann", "ann@example.com"},
			{"another name", licensing.OutcomeAlreadyLicensed, "TEAMS1", "Ann Lee", "", "Ann Lee", "ann@example.com"},
			{"another email", licensing.OutcomeAlreadyLicensed, "MAIL", "Ann Lee", "lee@example.com", "Ann Lee", "lee@example.com"},
			{"what cannot be stored", licensing.OutcomeAlreadyLicensed, "TEAMS1", "Ann\x00", "no email", "Ann Lee", "lee@example.com"},
			{"a long name", licensing.OutcomeAlreadyLicensed, "TEAMS1", strings.Repeat("n", 300), "", strings.Repeat("n", 255), "lee@example.com"},
		} {
			signIn(step.outcome, step.app, step.says, step.mail)
			assert.Equal(t, licensing.Person{ExternalID: "ann", DisplayName: step.wantName, Email: step.wantEmail},
				personNamed(t, tenant, "ann"), step.name)
		}

		found, err := tenant.Data().Users("lee@example").Count(context.Background())
		require.NoError(t, err)
		assert.Equal(t, 1, found, "searches find it")
	})
}

func TestTheFirstClaimStoresTheNameWithTheLicense(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		ann := licensing.Person{ExternalID: "ann", DisplayName: "Ann", Email: "ann@example.com"}
		answer, err := claims.ClaimFor(context.Background(), tenant.ID, ann, "TEAMS1")
		require.NoError(t, err)
		require.Equal(t, licensing.OutcomeClaimed, answer.Outcome)
		assert.Equal(t, ann, personNamed(t, tenant, "ann"), "before the answer")
	})
}

func TestASignInThatSaysTheStoredNameWritesNothingWithinAnHour(t *testing.T) {
	t.Parallel()

	now := time.Now()
	ann := licensing.Person{ExternalID: "ann", DisplayName: "Ann", Email: "ann@example.com"}
	user := licensing.User{ExternalID: "ann", DisplayName: "Ann", Email: "ann@example.com"}
	recent := now.Add(-59 * time.Minute)
	user.LastSignInAt = &recent

	for name, test := range map[string]struct {
		person licensing.Person
		want   int
	}{
		"the same":        {ann, 0},
		"nothing":         {licensing.Person{ExternalID: "ann"}, 0},
		"no good email":   {licensing.Person{ExternalID: "ann", Email: "ann"}, 0},
		"another name":    {licensing.Person{ExternalID: "ann", DisplayName: "Anna"}, 1},
		"another address": {licensing.Person{ExternalID: "ann", Email: "anna@example.com"}, 1},
	} {
		assert.Equal(t, test.want, claiming.Noted(licensing.ID{}, test.person, &user, now), name)
	}
}

func TestSpellingsOfOneExternalIDInABatchGiveOneLicense(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant, claims *claiming.Service) {
		tenant.Buy(t, tenant.E3, 9)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		folded := licensing.MatchFolded
		_, err := tenant.Admin.UpdateSettings(context.Background(), tenant.Actor, licensing.SettingsUpdate{ExternalIDMatching: &folded})
		require.NoError(t, err)

		decisions, err := claims.ClaimTogether(context.Background(), tenant.ID, policy, "Ann", "ann", "bob", "ANN")
		require.NoError(t, err)

		var outcomes []licensing.Outcome
		for _, decision := range decisions {
			outcomes = append(outcomes, decision.Outcome)
		}

		assert.Equal(t, []licensing.Outcome{
			licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed, licensing.OutcomeClaimed, licensing.OutcomeAlreadyLicensed,
		}, outcomes)
		assert.Equal(t, decisions[0].License.ID, decisions[3].License.ID)
		requireSound(t, tenant.Store)
	})
}

func TestClaimsWhileFoldingIsTurnedOnAddNobodyTwice(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		world := storetest.NewWorld(t, storetest.Open(t, url))
		tenant := world.NewTenant(t, "acme")
		servers := twoServers(t, url, world.Clock)
		tenant.Buy(t, tenant.E3, 1000)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		folded := licensing.MatchFolded

		var (
			turningOn sync.WaitGroup
			turnedOn  error
		)

		// Only one spelling of each user exists while folding is turned on. Later claims use the other one.
		turningOn.Go(func() {
			_, turnedOn = tenant.Admin.UpdateSettings(ctx, tenant.Actor, licensing.SettingsUpdate{ExternalIDMatching: &folded})
		})
		claimAtOnce(t, 60, func(i int) (claiming.Answer, error) {
			return servers[i%2].ClaimFor(ctx, tenant.ID, licensing.Person{ExternalID: fmt.Sprint("User-", i)}, []string{"TEAMS1", "MAIL"}[i%3/2])
		})
		turningOn.Wait()
		require.NoError(t, turnedOn)

		for _, server := range servers {
			server.Close() // It stores the sign-ins that gave no license.
		}

		again := twoServers(t, url, world.Clock)
		claimAtOnce(t, 60, func(i int) (claiming.Answer, error) {
			return again[i%2].Claim(ctx, tenant.ID, fmt.Sprint("uSER-", i), "TEAMS1")
		})

		page, err := tenant.Data().Users("").Page(ctx, paging.Page{Limit: 1000})
		require.NoError(t, err)
		assert.Len(t, page.Items, 60)
		requireSound(t, tenant.Store)
	})
}
