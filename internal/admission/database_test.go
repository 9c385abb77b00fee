package admission_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

func TestTheTenantThatUsedTheLeastDatabaseTimeComesFirst(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1})

		end := d.take(1, "greedy")
		time.Sleep(time.Second)

		for i := range 5 {
			d.wait(d.operation(fmt.Sprint("user-", i)), 1, "tenant 1")
		}

		d.wait(d.operation("calm"), 2, "tenant 2")
		end()
		assert.Equal(t, "tenant 2", d.next(), "although it came last")
		assert.Equal(t, "tenant 1", d.next())
	})
}

func TestWithinATenantThePrincipalThatUsedTheLeastDatabaseTimeComesFirst(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1})

		end := d.take(1, "greedy")
		time.Sleep(time.Second)

		for range 5 {
			d.wait(d.operation("greedy"), 1, "greedy")
		}

		d.wait(d.operation("calm"), 1, "calm")
		end()
		assert.Equal(t, "calm", d.next())
		assert.Equal(t, "greedy", d.next())
	})
}

func TestDatabaseTimeIsForgottenAfterAWhile(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1})

		end := d.take(1, "ann")
		time.Sleep(10 * time.Second)
		end()

		time.Sleep(10 * time.Minute)

		end = d.take(2, "bob")
		time.Sleep(time.Second)
		d.wait(d.operation("bob"), 2, "tenant 2")
		d.wait(d.operation("ann"), 1, "tenant 1")
		end()
		assert.Equal(t, "tenant 1", d.next(), "it used more, but long ago")
	})
}

func TestATenantThatUsedMuchDatabaseTimeRestsBetweenItsTurns(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		turns := admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: 2}, time.Now)
		take := func(tenant byte, long time.Duration) (waited time.Duration) {
			began := time.Now()
			end, err := turns.Take(t.Context(), tenantNumber(tenant))
			require.NoError(t, err)

			waited = time.Since(began)

			time.Sleep(long)
			end()

			return waited
		}

		for range 9 {
			assert.Zero(t, take(1, 100*time.Millisecond))
		}

		assert.Zero(t, take(1, 200*time.Millisecond))
		assert.Equal(t, 20*time.Millisecond, take(1, 5*time.Millisecond), "after a long turn")
		assert.Equal(t, 5*time.Millisecond, take(1, 0), "after a short one")
		assert.Zero(t, take(2, 0), "another tenant")

		time.Sleep(time.Minute)
		take(1, 100*time.Millisecond)
		assert.Zero(t, take(1, 0), "it used little recently")
	})
}

func TestATenantGetsAtMostHalfOfTheTurns(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 4})

		for i := range 2 {
			defer d.take(1, fmt.Sprint("user-", i))()
		}

		d.wait(d.operation("user-3"), 1, "tenant 1")

		for i := range 2 {
			defer d.take(2, fmt.Sprint("user-", i))()
		}

		assert.Empty(t, d.order, "tenant 1 still waits")
	})
}

func TestAnOperationHasTwoTurnsAtMost(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 20})
		ctx := d.operation("ann")

		var (
			running, most atomic.Int64
			all           sync.WaitGroup
		)

		for range 40 {
			all.Go(func() {
				end, err := d.turns.Take(ctx, tenantNumber(1))
				if !assert.NoError(t, err) {
					return
				}

				now := running.Add(1)
				for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
				}

				time.Sleep(time.Millisecond) // Others would begin now.
				running.Add(-1)
				end()
			})
		}

		all.Wait()
		assert.EqualValues(t, 2, most.Load())
	})
}

func TestAnOperationThatHasBegunComesBeforeOthersOfItsTenant(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1})
		begun := d.operation("ann")

		end, err := d.turns.Take(begun, tenantNumber(1))
		require.NoError(t, err)

		time.Sleep(100 * time.Millisecond)
		d.wait(d.operation("bob"), 1, "bob")
		d.wait(begun, 1, "ann again")
		end()
		assert.Equal(t, "ann again", d.next())
		assert.Equal(t, "bob", d.next())
	})
}

func TestAnOperationThatUsedMuchDatabaseTimeComesLast(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1})
		begun := d.operation("ann")

		end, err := d.turns.Take(begun, tenantNumber(1))
		require.NoError(t, err)

		time.Sleep(time.Second)

		end()

		end = d.take(1, "cid")
		d.wait(begun, 1, "ann again")
		d.wait(d.operation("bob"), 1, "bob")
		end()
		assert.Equal(t, "bob", d.next())
		assert.Equal(t, "ann again", d.next())
	})
}

func TestTooManyWaitingOperationsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1, Waiting: 8})
		defer d.take(1, "ann")()

		waitFor := func(user string) { d.wait(d.operation(user), 1, user) }
		refused := func(tenant byte, user string) {
			t.Helper()

			_, err := d.turns.Take(d.operation(user), tenantNumber(tenant))
			requireOverloaded(t, err)
		}

		waitFor("ann")
		waitFor("ann")
		refused(1, "ann") // A quarter for one principal.

		for i := range 6 {
			waitFor(fmt.Sprint("user-", i))
		}

		refused(1, "somebody else")
		d.wait(d.operation("bob"), 2, "another tenant")
	})
}

func TestAnOperationThatWaitsTooLongForItsFirstTurnIsRefused(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1, Wait: time.Millisecond})

		begun := d.operation("ann")
		first, err := d.turns.Take(begun, tenantNumber(1))
		require.NoError(t, err)

		_, err = d.turns.Take(d.operation("bob"), tenantNumber(1))
		requireOverloaded(t, err)

		d.wait(begun, 1, "the second turn of an operation")
		time.Sleep(10 * time.Millisecond)
		first()
		assert.Equal(t, "the second turn of an operation", d.next())
	})
}

func TestAMutationCountsAsBegun(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1, Wait: time.Millisecond, Waiting: 1})
		end := d.take(1, "ann")

		mutation := graphql.WithOperationContext(d.operation("bob"), &graphql.OperationContext{
			Operation: &ast.OperationDefinition{Operation: ast.Mutation},
		})
		d.wait(mutation, 1, "the answer of a mutation")

		another := graphql.WithOperationContext(d.operation("bob"), &graphql.OperationContext{
			Operation: &ast.OperationDefinition{Operation: ast.Mutation},
		})
		d.wait(another, 1, "another, although one is waiting")
		time.Sleep(10 * time.Millisecond)
		end()
		assert.Equal(t, "the answer of a mutation", d.next())
		assert.Equal(t, "another, although one is waiting", d.next())
	})
}

func TestTheWaitForATurnEndsWithTheContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := newDatabase(t, admission.DatabaseLimits{Turns: 1})
		end := d.take(1, "ann")

		canceled, cancel := context.WithCancel(d.operation("bob"))
		d.wait(canceled, 1, "bob")
		cancel()
		assert.Equal(t, context.Canceled.Error(), d.next())

		expired, cancel := context.WithDeadline(d.operation("bob"), time.Now())
		defer cancel()

		_, err := d.turns.Take(expired, tenantNumber(1))
		requireOverloaded(t, err)
		assert.Zero(t, d.turns.Waiting())

		end()
		d.take(1, "cid")() // Nobody kept the turn.
	})
}

func TestNoTurnIsLostUnderConcurrentUse(t *testing.T) {
	t.Parallel()

	const most = 4

	turns := admission.NewDatabaseTurns(admission.DatabaseLimits{Turns: most, Wait: time.Hour}, time.Now)

	var (
		running atomic.Int64
		all     sync.WaitGroup
	)

	for i := range 64 {
		all.Go(func() {
			for n := range 200 {
				ctx := auth.WithCaller(t.Context(), auth.Caller{Identity: auth.Identity{UserExternalID: fmt.Sprint(i % 7)}})
				ctx, cancel := context.WithCancel(graphql.WithOperationContext(ctx, new(graphql.OperationContext)))

				if n%5 == 0 {
					cancel()
				}

				end, err := turns.Take(ctx, tenantNumber(byte(i%3)))
				if err == nil {
					assert.LessOrEqual(t, running.Add(1), int64(most))
					running.Add(-1)
					end()
					end()
				}

				cancel()
			}
		})
	}

	all.Wait()
	assert.Zero(t, turns.Waiting())

	for i := range most / 2 {
		end, err := turns.Take(t.Context(), tenantNumber(byte(i)))
		require.NoError(t, err)

		defer end()
	}
}

func requireOverloaded(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	assert.Equal(t, apierror.CodeOverloaded, apierror.Presenter(nil)(graphql.WithResponseContext(
		t.Context(), graphql.DefaultErrorPresenter, graphql.DefaultRecover), err).Extensions["code"])
}
