package admission_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// database is a database whose turns a test takes. Its tests run in bubbles of package synctest, whose clock moves only
// while all wait.
type database struct {
	t     *testing.T
	turns *admission.DatabaseTurns
	order chan string
}

func newDatabase(t *testing.T, limits admission.DatabaseLimits) *database {
	t.Helper()

	if limits.Wait == 0 {
		limits.Wait = time.Hour
	}

	return &database{t: t, turns: admission.NewDatabaseTurns(limits, time.Now), order: make(chan string, 1000)}
}

func tenantNumber(n byte) licensing.ID { return licensing.ID{15: n} }

// operation returns the context of an operation of a user.
func (d *database) operation(user string) context.Context {
	ctx := auth.WithCaller(d.t.Context(), auth.Caller{Identity: auth.Identity{UserExternalID: user}})
	ctx, cancel := context.WithCancel(ctx)
	d.t.Cleanup(cancel)

	return graphql.WithOperationContext(ctx, new(graphql.OperationContext))
}

// take takes a turn that is free.
func (d *database) take(tenant byte, user string) (end func()) {
	d.t.Helper()

	end, err := d.turns.Take(d.operation(user), tenantNumber(tenant))
	require.NoError(d.t, err)

	return end
}

// wait lets an operation wait for a turn, which it ends as soon as the result is received. Its name comes out of order
// when its turn begins.
func (d *database) wait(ctx context.Context, tenant byte, name string) {
	d.t.Helper()

	go func() {
		end, err := d.turns.Take(ctx, tenantNumber(tenant))
		if err != nil {
			name = err.Error()
		}

		d.order <- name

		if err == nil {
			end()
		}
	}()

	synctest.Wait()
}

func (d *database) next() string { return <-d.order }
