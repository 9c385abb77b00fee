package upkeep_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

func TestATenantIsDeletedWithAllThatItHasAndNothingElse(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := t.Context()
		db := storetest.Open(t, url)
		storetest.Fill(t, db)

		acme, err := db.TenantByName(ctx, "acme")
		require.NoError(t, err)

		contents, err := db.For(acme.ID).Contents(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 4, contents.Users)
		assert.NotZero(t, contents.ActiveLicenses*contents.Subscriptions*contents.Policies*contents.Claims*contents.AuditEvents)
		assert.NotNil(t, contents.LastSignInAt)

		done, err := db.DeleteTenantRows(ctx, acme.ID, 1000)
		require.NoError(t, err)
		assert.False(t, done)

		require.NoError(t, upkeep.BeginDeletion(ctx, db, acme.ID, storetest.NewClock().Now()))
		_, err = db.TenantByExternalID(ctx, acme.ExternalID)
		assert.True(t, licensing.IsNotFound(err))

		_, err = db.CreateTenant(ctx, "new", acme.ExternalID, storetest.NewClock().Now())
		require.ErrorContains(t, err, "tenant delete")

		// The deletion is interrupted, and goes on in the next call.
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		require.ErrorIs(t, upkeep.DeleteTenant(canceled, db, acme.ID), context.Canceled)

		for range 7 {
			_, err = db.DeleteTenantRows(ctx, acme.ID, 1)
			require.NoError(t, err)
		}

		violations, err := upkeep.Check(ctx, db)
		require.NoError(t, err)
		assert.Empty(t, violations, "what is left of the tenant breaks no rule")

		// A server that has not noticed yet stores a sign-in.
		require.NoError(t, db.SaveSignIns(ctx, acme.ID, []store.SignIn{{
			Person: licensing.Person{ExternalID: "late"}, At: storetest.NewClock().Now(),
		}}))

		require.NoError(t, upkeep.BeginDeletion(ctx, db, acme.ID, storetest.NewClock().Now()))
		require.NoError(t, upkeep.DeleteTenant(ctx, db, acme.ID))

		_, err = db.TenantByName(ctx, "acme")
		assert.True(t, licensing.IsNotFound(err))

		other := storetest.Contents(t, db)
		assert.Contains(t, other, "other: user ann")
		assert.NotContains(t, other, "acme")

		again, err := db.CreateTenant(ctx, "acme", acme.ExternalID, storetest.NewClock().Now())
		require.NoError(t, err)

		contents, err = db.For(again.ID).Contents(ctx)
		require.NoError(t, err)
		assert.Zero(t, contents)
	})
}

func TestATenantIsRenamed(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := t.Context()
		db := storetest.Open(t, url)
		world := storetest.NewWorld(t, db)
		acme := world.NewTenant(t, "acme")
		world.NewTenant(t, "other")

		rename := func(name string) error { return upkeep.RenameTenant(ctx, db, acme.ID, name, world.Clock.Now()) }

		require.ErrorContains(t, rename("Other"), "Another tenant")
		require.ErrorContains(t, rename(" "), "needs a name")
		require.ErrorContains(t, rename("a\u202eb"), "U+202E")
		require.NoError(t, rename(" ACME Ltd "))
		require.NoError(t, rename("ACME Ltd"))

		renamed, err := db.TenantByName(ctx, "acme ltd")
		require.NoError(t, err)
		assert.Equal(t, acme.ID, renamed.ID)
		assert.Equal(t, "ACME Ltd", renamed.Name)

		action := "renameTenant"
		recorded, err := acme.Data().AuditEvents(store.AuditFilter{Action: &action}).Count(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, recorded)
	})
}

func TestAGUIDOfAnOrganizationIsTheSameInWhateverWayItIsWritten(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := t.Context()
		db := storetest.Open(t, url)
		now := storetest.NewClock().Now()

		const (
			small   = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
			capital = "3F2504E0-4F89-41D3-9A0C-0305E82C3301"
		)

		created, err := db.CreateTenant(ctx, "acme", "{"+capital+"}", now)
		require.NoError(t, err)
		assert.Equal(t, small, created.ExternalID)

		for _, same := range []string{small, capital, "{" + small + "}", "(" + capital + ")"} {
			found, err := db.TenantByExternalID(ctx, same)
			require.NoError(t, err, same)
			assert.Equal(t, created.ID, found.ID)

			_, err = db.CreateTenant(ctx, "another", same, now)
			require.ErrorContains(t, err, "exists already", same)
		}

		// Ids that are not GUIDs are compared as they are.
		_, err = db.CreateTenant(ctx, "beta", "Beta", now)
		require.NoError(t, err)
		_, err = db.CreateTenant(ctx, "beta 2", "beta", now)
		require.NoError(t, err)
		_, err = db.TenantByExternalID(ctx, "BETA")
		assert.True(t, licensing.IsNotFound(err))

		// An earlier version stored GUIDs as they were written, and gave one twice.
		require.NoError(t, execute(url, "UPDATE tenants SET external_id = '{"+capital+"}' WHERE name = 'acme'"))

		found, err := db.TenantByExternalID(ctx, small)
		require.NoError(t, err)
		assert.Equal(t, created.ID, found.ID)

		second, err := db.CreateTenant(ctx, "second", "x", now)
		require.NoError(t, err)
		require.NoError(t, execute(url, "UPDATE tenants SET external_id = '"+small+"' WHERE name = 'second'"))

		found, err = db.TenantByExternalID(ctx, small)
		require.NoError(t, err)
		assert.Equal(t, second.ID, found.ID, "the one that is written in the same way comes first")

		violations, err := upkeep.Check(ctx, db)
		require.NoError(t, err)
		require.Len(t, violations, 2)
		assert.Contains(t, violations[0].Rule, "same organization")
	})
}
