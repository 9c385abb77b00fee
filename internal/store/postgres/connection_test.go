package postgres_test

import (
	"testing"
	"time"

	"github.com/XSAM/otelsql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
)

func TestClaimsAndLookupsFailIfTheDriverIsWrapped(t *testing.T) {
	t.Parallel()

	wrapped, err := otelsql.Open("pgx", emptyDatabase(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, wrapped.Close()) })

	const complaint = "not pgx's *stdlib.Conn"

	database := postgres.OnPool(wrapped)
	tenant := licensing.NewID(time.Now())

	_, err = database.ClaimantStates(t.Context(), tenant, licensing.MatchExact, []string{"ann"})
	require.ErrorContains(t, err, complaint)

	err = database.Claim(t.Context(), licensing.ClaimBatch{TenantID: tenant, People: []licensing.Person{{ExternalID: "ann"}}},
		func(licensing.ClaimFacts) (licensing.ClaimResults, error) {
			assert.Fail(t, "there are no facts to decide on")

			return licensing.ClaimResults{}, nil
		})
	require.ErrorContains(t, err, complaint)
}
