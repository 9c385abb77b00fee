package admission

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/auth"
)

func TestAClientThatIgnoresItsRefusalsIsSlowedDownAndNoOtherIs(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		refusals, tenant := NewRefusals(), uuid.New()
		took := func(ctx context.Context) time.Duration {
			started := time.Now()

			refusals.Pace(ctx)

			return time.Since(started)
		}
		ann := auth.WithCaller(t.Context(), callerOf(tenant, "ann"))

		for range 2 * promptRefusals {
			assert.Zero(t, took(ann), "a burst is refused at once")
			assert.Zero(t, took(t.Context()), "strangers as well")
		}

		assert.Equal(t, refusalDelay, took(t.Context()))

		var fastest time.Duration
		for range 100 {
			fastest = max(fastest, took(ann))
		}

		assert.Equal(t, refusalDelay, fastest)
		assert.Zero(t, took(auth.WithCaller(t.Context(), callerOf(tenant, "bob"))), "another principal is refused at once")

		service := callerOf(tenant, "sign-in")
		service.Roles = auth.NewRoles(auth.RoleSignInService)

		for range promptServiceRefusals {
			assert.Zero(t, took(auth.WithCaller(t.Context(), service)), "a sign-in service has many callers")
		}

		time.Sleep(10 * time.Second)
		assert.Zero(t, took(ann), "after a pause, refusals come at once")
	})
}

func TestADelayedRefusalEndsWithItsRequestAndTheirNumberIsBounded(t *testing.T) {
	t.Parallel()

	refusals := NewRefusals()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()

	for range 3 * promptRefusals {
		refusals.Pace(canceled)
	}

	assert.True(t, refusals.delayed.TryAcquire(maxDelayed), "none is held back any more")

	started := time.Now()
	refusals.Pace(t.Context())
	assert.Less(t, time.Since(started), refusalDelay, "too many are held back to hold back one more")
}
