package claiming_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestStatementsPerClaim(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		recorder := storetest.NewRecorder()
		world := storetest.NewWorld(t, storetest.Open(t, url, recorder.Option()))
		tenant := world.NewTenant(t, "acme")
		tenant.Buy(t, tenant.E3, 3)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		// The first claim reads the catalog and the policies into memory.
		claims := newServer(t, world.Store, world.Clock)
		claim(t, claims, tenant, "somebody", "TEAMS1")

		for _, test := range []struct {
			name, user       string
			outcome          licensing.Outcome
			postgres, sqlite int
		}{
			{"a new user", "ann", licensing.OutcomeClaimed, 8, 12},
			{"a user with a license", "ann", licensing.OutcomeAlreadyLicensed, 1, 1},
			{"the last license", "bob", licensing.OutcomeClaimed, 8, 12},
			{"a user who gets none", "cid", licensing.OutcomeOutOfLicenses, 8, 9},
		} {
			var answer claiming.Answer

			sent := recorder.Of(func(ctx context.Context) {
				var err error
				answer, err = claims.Claim(ctx, tenant.ID, test.user, "TEAMS1")
				require.NoError(t, err)
			})
			require.Equal(t, test.outcome, answer.Outcome)

			want := test.sqlite
			if strings.HasPrefix(url, "postgres") {
				want = test.postgres
			}

			assert.Len(t, sent, want, "%s sent:\n%s", test.name, strings.Join(sent, "\n"))
		}
	})
}
