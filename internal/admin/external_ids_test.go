package admin_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func match(ctx context.Context, tenant *storetest.Tenant, matching licensing.ExternalIDMatching) (licensing.Settings, error) {
	return tenant.Admin.UpdateSettings(ctx, tenant.Actor, licensing.SettingsUpdate{ExternalIDMatching: &matching})
}

func TestExternalIDsAreComparedExactlyUnlessTheTenantFoldsThem(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		tenant.Buy(t, tenant.E3, 9)

		_, err := tenant.Admin.AssignLicense(ctx, tenant.Actor, named("Ann@example.com"), tenant.E3.ID, nil)
		require.NoError(t, err)
		_, err = tenant.Admin.AssignLicense(ctx, tenant.Actor, named("ann@example.com"), tenant.E3.ID, nil)
		require.NoError(t, err, "another user")
		assert.Len(t, users(t, tenant), 2)
	})
}

func TestInATenantThatFoldsExternalIDsEverySpellingNamesTheSameUser(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		tenant.Buy(t, tenant.E3, 9)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: "Jürgen@example.com"}}))

		settings, err := match(ctx, tenant, licensing.MatchFolded)
		require.NoError(t, err)
		assert.Equal(t, licensing.MatchFolded, settings.ExternalIDMatching)

		claims := storetest.NewClaims(t, tenant.Store, tenant.Clock)

		for i, spelling := range []string{"JÜRGEN@EXAMPLE.COM", "ju\u0308rgen@example.com", "Jürgen@example.com"} {
			answer, err := claims.Claim(ctx, tenant.ID, spelling, "TEAMS1")
			require.NoError(t, err)
			assert.Equal(t, i == 0, answer.Outcome == licensing.OutcomeClaimed, "%s: %s", spelling, answer.Outcome)

			user, err := tenant.Data().UserByExternalID(ctx, spelling)
			require.NoError(t, err)
			assert.Equal(t, "Jürgen@example.com", user.ExternalID, "as it was first written")

			_, err = tenant.Admin.SetBlocked(ctx, tenant.Actor, named(spelling), i%2 == 0)
			require.NoError(t, err)
			_, err = tenant.Admin.AssignLicense(ctx, tenant.Actor, named(spelling), tenant.E3.ID, nil)
			requireRefused(t, err, licensing.CodeAlreadyLicensed, "productId")
			_, err = tenant.Admin.CreateUser(ctx, tenant.Actor, licensing.Person{ExternalID: spelling})
			requireRefused(t, err, licensing.CodeExternalIDTaken, "externalId")
			require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{
				{ExternalID: spelling, DisplayName: fmt.Sprint("Jürgen ", i)}, {ExternalID: "JÜRGEN@example.com", Email: "j@example.com"},
			}))
		}

		user, err := tenant.Data().UserByExternalID(ctx, "jürgen@example.com")
		require.NoError(t, err)
		assert.Equal(t, licensing.Person{ExternalID: "Jürgen@example.com", DisplayName: "Jürgen 2", Email: "j@example.com"}, personOf(user))
		assert.Len(t, users(t, tenant), 1)

		// New users too.
		for _, spelling := range []string{"Bob", "bob", "BOB"} {
			_, err := claims.Claim(ctx, tenant.ID, spelling, "TEAMS1")
			require.NoError(t, err)
		}

		assert.Len(t, users(t, tenant), 2)

		// Afterwards, external ids can be compared exactly again.
		_, err = match(ctx, tenant, licensing.MatchExact)
		require.NoError(t, err)

		answer, err := claims.Claim(ctx, tenant.ID, "BOB", "TEAMS1")
		require.NoError(t, err)
		assert.Equal(t, licensing.OutcomeClaimed, answer.Outcome)

		_, err = match(ctx, tenant, licensing.MatchFolded)
		requireRefused(t, err, licensing.CodeUsersWouldMerge, "externalIdMatching")
	})
}

func TestTheAuditLogOfAnAdminHasAllSpellingsOfTheirExternalID(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()

		for i, spelling := range []string{"Ada@example.com", "ada@example.com"} {
			actor := tenant.Actor
			actor.ExternalID = spelling
			_, err := tenant.Admin.CreateUser(ctx, actor, licensing.Person{ExternalID: fmt.Sprint("user-", i)})
			require.NoError(t, err)
		}

		count := func(actor string) int {
			found, err := tenant.Data().AuditEvents(store.AuditFilter{Actor: &actor}).Count(ctx)
			require.NoError(t, err)

			return found
		}
		assert.Equal(t, 1, count("ada@example.com"))
		assert.Zero(t, count("ADA@example.com"))

		_, err := match(ctx, tenant, licensing.MatchFolded)
		require.NoError(t, err)
		assert.Equal(t, 2, count("ADA@example.com"))
	})
}

func TestFoldingIsRefusedWhileItWouldMakeOneUserOfSeveral(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()

		var list []licensing.User
		for i := range 8 {
			list = append(list, licensing.User{ExternalID: fmt.Sprint("user-", i)}, licensing.User{ExternalID: fmt.Sprint("User-", i)})
		}

		require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, list))

		recorded := len(events(t, tenant))

		settings, err := match(ctx, tenant, licensing.MatchFolded)
		requireRefused(t, err, licensing.CodeUsersWouldMerge, "externalIdMatching")
		assert.Regexp(t, `("[uU]ser-\d" and "[uU]ser-\d", ){5}and 3 more`, err.Error())
		assert.Equal(t, licensing.MatchExact, settings.ExternalIDMatching)
		assert.Len(t, events(t, tenant), recorded)

		for i := range 8 {
			gone := fmt.Sprint("gone-", i)
			_, err := tenant.Admin.UpdateUser(ctx, tenant.Actor, named(fmt.Sprint("User-", i)), licensing.UserUpdate{ExternalID: &gone})
			require.NoError(t, err)
		}

		tenant.Clock.Advance(time.Second)

		_, err = match(ctx, tenant, licensing.MatchFolded)
		require.NoError(t, err)
		assert.Equal(t, "updateSettings", events(t, tenant)[0].Action)

		taken := "USER-1"
		_, err = tenant.Admin.UpdateUser(ctx, tenant.Actor, named("gone-1"), licensing.UserUpdate{ExternalID: &taken})
		requireRefused(t, err, licensing.CodeExternalIDTaken, "externalId")

		upper := "GONE-1"
		renamed, err := tenant.Admin.UpdateUser(ctx, tenant.Actor, named("gone-1"), licensing.UserUpdate{ExternalID: &upper})
		require.NoError(t, err, "the same user, written in another way")
		assert.Equal(t, upper, renamed.ExternalID)
	})
}

func TestFoldingThatTakesLongerThanARequestGoesOnInTheNext(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		require.NoError(t, tenant.Admin.ImportUsers(context.Background(), tenant.ID, []licensing.User{{ExternalID: "Ann"}}))

		// There is no time for more than an answer.
		ctx, cancel := context.WithTimeout(context.Background(), admin.FoldMargin)
		defer cancel()

		time.Sleep(time.Millisecond)

		_, err := match(ctx, tenant, licensing.MatchFolded)
		if ctx.Err() == nil {
			requireRefused(t, err, licensing.CodeNotReady, "externalIdMatching")
		}

		_, err = match(context.Background(), tenant, licensing.MatchFolded)
		require.NoError(t, err)
	})
}
