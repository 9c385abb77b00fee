package graph_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// repeated repeats a field under different aliases.
func repeated(times int, field string) string {
	var fields strings.Builder
	for i := range times {
		fmt.Fprintf(&fields, "a%d: %s ", i, field)
	}

	return fields.String()
}

func TestTheSearchesAndCountsOfAnOperationReadABoundedNumberOfRows(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url, func(c *server.APIConfig) { c.MaxScannedRows = 100 })
		tenant, other := a.world.NewTenant(t, "acme"), a.world.NewTenant(t, "other")

		users := make([]licensing.User, 30)
		for i := range users {
			users[i] = licensing.User{ExternalID: fmt.Sprint("user-", i)}
		}

		require.NoError(t, tenant.Admin.ImportUsers(t.Context(), tenant.ID, users))

		reader, otherReader := a.as(tenant, "reader", auth.RoleGlobalReader), a.as(other, "reader", auth.RoleGlobalReader)

		for _, allowed := range []string{
			`{ users(text: "0z") { totalCount } }`,
			`{ ` + repeated(3, `users(text: "0z") { nodes { id } }`) + ` }`,
			`{ ` + repeated(40, `users(text: " ") { nodes { id } }`) + ` }`,
			`{ ` + repeated(40, `licenses(filter: {userId: "user_AZzXyY9vf-yL6sN0rGVTHw"}) { totalCount }`) + ` }`,
		} {
			assert.NotEqual(t, apierror.CodeTooComplex, reader.do(allowed, nil).code(), allowed)
		}

		for _, refused := range []string{
			`{ ` + repeated(4, `users(text: "0z") { nodes { id } }`) + ` }`,
			`{ ` + repeated(4, `users { totalCount }`) + ` }`,
			`{ users { ` + repeated(4, `totalCount`) + ` } }`,
			`{ ` + repeated(2, `users(text: "0z") { ...count }`) + ` } fragment count on UserConnection { totalCount ... { again: totalCount } }`,
			`{ claimReport { ` + repeated(4, `claims(text: "0z") { nodes { id } }`) + ` } }`,
			`{ ` + repeated(4, `claimReport { missedClaims(text: "0z", first: 1) { totalCount } }`) + ` }`,
		} {
			answer := reader.do(refused, nil)
			require.Equal(t, apierror.CodeTooComplex, answer.code(), refused)
			assert.Contains(t, answer.Errors[0].Message, "at most 100 are allowed")
			assert.Empty(t, otherReader.do(refused, nil).Errors, "it counts the rows of the caller's tenant")
		}
	})
}

// countedTurns counts the turns that are taken at the same time.
type countedTurns struct {
	store.Turns

	running, most atomic.Int64
}

func (c *countedTurns) Take(ctx context.Context, tenant licensing.ID) (func(), error) {
	end, err := c.Turns.Take(ctx, tenant)
	if err != nil {
		return nil, err
	}

	running := c.running.Add(1)
	for most := c.most.Load(); running > most && !c.most.CompareAndSwap(most, running); most = c.most.Load() {
	}

	return func() {
		c.running.Add(-1)
		end()
	}, nil
}

func TestAnOperationRunsTwoStatementsAtATime(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		tenant := a.world.NewTenant(t, "acme")
		turns := &countedTurns{Turns: admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: 40, Wait: time.Hour}, time.Now)}
		a.listen(storetest.Open(t, url, store.WithTurns(turns)))

		answer := a.as(tenant, "reader", auth.RoleGlobalReader).do(`{ `+repeated(40, `users(first: 1) { nodes { id licenses { totalCount } } }`)+` }`, nil)
		require.Empty(t, answer.Errors)
		assert.LessOrEqual(t, turns.most.Load(), int64(2))
		assert.Positive(t, turns.most.Load())
		assert.Zero(t, turns.running.Load())
	})
}

func TestAnOperationInALargeBodyDoesNotWaitForTheTurnOfItsBody(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		tenant := a.world.NewTenant(t, "acme")
		turns := admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: 1}, time.Now)
		a.listen(storetest.Open(t, url, store.WithTurns(turns)), func(c *server.APIConfig) { c.Turns = turns })

		// To know the cost of three counts, the server reads the size of a table before it runs the operation.
		answer := a.as(tenant, "reader", auth.RoleGlobalReader).do(
			`{ a: users { totalCount } b: users { totalCount } c: users { totalCount } } # `+strings.Repeat("x", 1000),
			map[string]any{"unused": strings.Repeat("x", 100_000)})
		assert.Empty(t, answer.Errors)
	})
}

func TestAReadThatGetsNoTurnInTimeIsOverloaded(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		a := serve(t, url)
		tenant := a.world.NewTenant(t, "acme")
		turns := admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: 1}, time.Now)
		a.listen(storetest.Open(t, url, store.WithTurns(turns)), func(c *server.APIConfig) { c.Limits.Timeout = 50 * time.Millisecond })

		end, err := turns.Take(t.Context(), tenant.ID)
		require.NoError(t, err)

		defer end()

		reader, admin := a.as(tenant, "reader", auth.RoleGlobalReader), a.as(tenant, "admin", auth.RoleGlobalAdmin)
		assert.Equal(t, apierror.CodeOverloaded, reader.do(`{ users { nodes { id } } }`, nil).code())
		assert.Equal(t, apierror.CodeOverloaded,
			admin.do(`mutation { setAutoClaimEnabled(input: {enabled: true}) { userErrors { code } } }`, nil).code())
	})
}
