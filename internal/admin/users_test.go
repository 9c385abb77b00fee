package admin_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func named(externalID string) admin.UserRef { return admin.UserRef{ExternalID: &externalID} }

// requireRefused fails unless err is a refusal with the code, for the field.
func requireRefused(t *testing.T, err error, code licensing.Code, path string) {
	t.Helper()

	refusal, ok := licensing.AsRefusal(err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, code, refusal.Code)
	assert.Equal(t, []string{path}, refusal.Path)
}

// users returns the external ids of the tenant's users.
func users(t *testing.T, tenant *storetest.Tenant) (externalIDs []string) {
	t.Helper()

	page, err := tenant.Data().Users("").Page(context.Background(), paging.Page{Limit: 1000})
	require.NoError(t, err)

	for _, item := range page.Items {
		externalIDs = append(externalIDs, item.Value.ExternalID)
	}

	return externalIDs
}

func TestSomebodyWhoNeverSignedInCanBeAssignedALicense(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		tenant.Buy(t, tenant.E3, 1)
		tenant.Clock.Advance(time.Second)

		license, err := tenant.Admin.AssignLicense(ctx, tenant.Actor, named("new"), tenant.E3.ID, nil)
		require.NoError(t, err)

		recorded := map[licensing.Kind]licensing.AuditEvent{}
		for _, event := range events(t, tenant)[:2] {
			recorded[event.ObjectKind] = event
		}

		assert.Equal(t, license.ID, recorded[licensing.KindLicense].ObjectID)
		assert.Equal(t, license.UserID, recorded[licensing.KindUser].ObjectID)
		assert.Nil(t, recorded[licensing.KindUser].Before)

		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		answer, err := storetest.NewClaims(t, tenant.Store, tenant.Clock).Claim(ctx, tenant.ID, "new", "TEAMS1")
		require.NoError(t, err)
		assert.Equal(t, licensing.OutcomeAlreadyLicensed, answer.Outcome)
		assert.Equal(t, license.ID, answer.License.ID)

		_, err = tenant.Admin.AssignLicense(ctx, tenant.Actor, named("late"), tenant.E3.ID, nil)
		requireRefused(t, err, licensing.CodeOutOfLicenses, "productId")
		_, err = tenant.Admin.AssignLicense(ctx, tenant.Actor, named(" new"), tenant.E3.ID, nil)
		requireRefused(t, err, licensing.CodeInvalidInput, "userExternalId")
		assert.Equal(t, []string{"new"}, users(t, tenant), "a refused action adds nobody")
	})
}

func TestSomebodyWhoNeverSignedInCanBeBlocked(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		tenant.Buy(t, tenant.E3, 1)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		tenant.Clock.Advance(time.Second)

		blocked, err := tenant.Admin.SetBlocked(ctx, tenant.Actor, named("new"), true)
		require.NoError(t, err)
		assert.True(t, blocked.Blocked())

		event := events(t, tenant)[0]
		assert.Equal(t, "blockUser", event.Action)
		assert.Nil(t, event.Before)
		assert.Contains(t, string(event.After), "blockedAt")

		claims := storetest.NewClaims(t, tenant.Store, tenant.Clock)
		outcome := func() licensing.Outcome {
			answer, err := claims.Claim(ctx, tenant.ID, "new", "TEAMS1")
			require.NoError(t, err)

			return answer.Outcome
		}
		assert.Equal(t, licensing.OutcomeBlocked, outcome())

		_, err = tenant.Admin.SetBlocked(ctx, tenant.Actor, named("new"), false)
		require.NoError(t, err)
		assert.Equal(t, licensing.OutcomeClaimed, outcome())

		_, err = tenant.Admin.SetBlocked(ctx, tenant.Actor, named("mistyped"), false)
		requireRefused(t, err, licensing.CodeNotFound, "userExternalId")
		assert.Equal(t, []string{"new"}, users(t, tenant), "there was no block to lift")
	})
}

func TestAdminsWhoAddTheSameUserAtOnceGetTheSameUser(t *testing.T) {
	storetest.EachAndPooled(t, cluster, func(t *testing.T, url string) {
		ctx := context.Background()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		other := storetest.NewAdmin(storetest.Open(t, url), tenant.Clock)
		claims := storetest.NewClaims(t, tenant.Store, tenant.Clock)

		tenant.Buy(t, tenant.E3, 10)
		tenant.Buy(t, tenant.E1, 10)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		var acting sync.WaitGroup

		for range 5 {
			acting.Go(func() {
				_, err := tenant.Admin.AssignLicense(ctx, tenant.Actor, named("new"), tenant.E1.ID, nil)
				if refusal, refused := licensing.AsRefusal(err); err != nil && assert.True(t, refused, "%v", err) {
					assert.Equal(t, licensing.CodeAlreadyLicensed, refusal.Code)
				}
			})
			acting.Go(func() {
				_, err := other.SetBlocked(ctx, tenant.Actor, named("new"), true)
				assert.NoError(t, err)
			})
			acting.Go(func() {
				_, err := claims.Claim(ctx, tenant.ID, "new", "TEAMS1")
				assert.NoError(t, err)
			})
			acting.Go(func() {
				_, err := other.CreateUser(ctx, tenant.Actor, licensing.Person{ExternalID: "new"})
				if refusal, refused := licensing.AsRefusal(err); err != nil && assert.True(t, refused, "%v", err) {
					assert.Equal(t, licensing.CodeExternalIDTaken, refusal.Code)
				}
			})
		}

		acting.Wait()
		assert.Equal(t, []string{"new"}, users(t, tenant))
	})
}

func TestAnAdminCreatesUsers(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		create := func(person licensing.Person) (licensing.User, error) {
			return tenant.Admin.CreateUser(ctx, tenant.Actor, person)
		}

		tenant.Clock.Advance(time.Second)

		ann, err := create(licensing.Person{ExternalID: "ann", DisplayName: " Ann Lee ", Email: "ann@example.com"})
		require.NoError(t, err)

		stored, err := tenant.Data().UserByExternalID(ctx, "ann")
		require.NoError(t, err)
		assert.Equal(t, ann, stored)
		assert.Equal(t, "Ann Lee", stored.DisplayName)
		assert.Nil(t, stored.LastSignInAt)
		assert.Equal(t, "createUser", events(t, tenant)[0].Action)

		_, err = create(licensing.Person{ExternalID: "ann"})
		requireRefused(t, err, licensing.CodeExternalIDTaken, "externalId")
		require.ErrorContains(t, err, "Open that user")

		_, err = create(licensing.Person{ExternalID: ""})
		requireRefused(t, err, licensing.CodeInvalidInput, "externalId")
		_, err = create(licensing.Person{ExternalID: "bob", DisplayName: "Bob\u202e"})
		requireRefused(t, err, licensing.CodeInvalidInput, "displayName")
		assert.Equal(t, []string{"ann"}, users(t, tenant))
	})
}

func TestAnAdminChangesUsers(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()
		update := func(externalID string, update licensing.UserUpdate) (licensing.User, error) {
			return tenant.Admin.UpdateUser(ctx, tenant.Actor, named(externalID), update)
		}

		ann, err := tenant.Admin.CreateUser(ctx, tenant.Actor, licensing.Person{ExternalID: "ann", DisplayName: "Ann", Email: "a@x"})
		require.NoError(t, err)
		_, err = tenant.Admin.CreateUser(ctx, tenant.Actor, licensing.Person{ExternalID: "bob"})
		require.NoError(t, err)

		lee, none, bob, anna := "Ann Lee", "", "bob", "anna"
		changed, err := update("ann", licensing.UserUpdate{DisplayName: &lee, Email: &none})
		require.NoError(t, err)
		assert.Equal(t, licensing.Person{ExternalID: "ann", DisplayName: lee}, personOf(changed))

		found, err := tenant.Data().Users("lee").Count(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, found, "searches find the new name")

		_, err = update("ann", licensing.UserUpdate{ExternalID: &bob})
		requireRefused(t, err, licensing.CodeExternalIDTaken, "externalId")

		tenant.Clock.Advance(time.Second)

		moved, err := update("ann", licensing.UserUpdate{ExternalID: &anna})
		require.NoError(t, err)
		assert.Equal(t, ann.ID, moved.ID)
		assert.Equal(t, licensing.Person{ExternalID: anna, DisplayName: lee}, personOf(moved))
		assert.Equal(t, "updateUser", events(t, tenant)[0].Action)

		_, err = update("ann", licensing.UserUpdate{DisplayName: &lee})
		requireRefused(t, err, licensing.CodeNotFound, "userExternalId")
	})
}

func personOf(user licensing.User) licensing.Person {
	return licensing.Person{ExternalID: user.ExternalID, DisplayName: user.DisplayName, Email: user.Email}
}

func TestAnImportKeepsNamesThatItDoesNotSay(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()

		for _, list := range [][]licensing.User{
			{{ExternalID: "ann", DisplayName: "Ann", Email: "ann@example.com"}, {ExternalID: "bob"}},
			{{ExternalID: "ann"}, {ExternalID: "bob", DisplayName: "Bob"}},
			{{ExternalID: "ann", DisplayName: "Ann Lee"}},
		} {
			require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, list))
		}

		for externalID, want := range map[string]licensing.Person{
			"ann": {ExternalID: "ann", DisplayName: "Ann Lee", Email: "ann@example.com"},
			"bob": {ExternalID: "bob", DisplayName: "Bob"},
		} {
			user, err := tenant.Data().UserByExternalID(ctx, externalID)
			require.NoError(t, err)
			assert.Equal(t, want, personOf(user))
		}
	})
}
