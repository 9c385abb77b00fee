package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestUsersThatAServerOfAnEarlierVersionAddsAreFoundByEverySpelling(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		ctx := t.Context()
		tenant := storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 9)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		folded := licensing.MatchFolded
		fold := func() {
			_, err := tenant.Admin.UpdateSettings(ctx, tenant.Actor, licensing.SettingsUpdate{ExternalIDMatching: &folded})
			require.NoError(t, err)
		}
		fold()

		// The earlier server does not know the column folded_id.
		for _, spelling := range []string{"Ann", "Bob"} {
			require.NoError(t, tenant.Admin.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: spelling}}))
		}

		require.NoError(t, tenant.Store.Writer().Exec("UPDATE users SET folded_id = NULL").Error)

		claims := storetest.NewClaims(t, tenant.Store, tenant.Clock)

		for i, spelling := range []string{"Ann", "ann", "Ann"} {
			answer, err := claims.Claim(ctx, tenant.ID, spelling, "TEAMS1")
			require.NoError(t, err)
			assert.Equal(t, i == 0, answer.Outcome == licensing.OutcomeClaimed, spelling)
		}

		// Choosing the setting again prepares all users.
		fold()

		_, err := tenant.Data().UserByExternalID(ctx, "bob")
		require.NoError(t, err)

		count, err := tenant.Data().Users("").Count(ctx)
		require.NoError(t, err)
		assert.Equal(t, 2, count)
	})
}
