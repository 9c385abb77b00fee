package admission

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

func TestTheBytesOfRequestsInMemoryAreBounded(t *testing.T) {
	t.Parallel()

	var (
		bodies    = NewBodies(120<<10, 384<<10, nil)
		tenant    = uuid.New()
		ctx       = auth.WithCaller(t.Context(), callerOf(tenant, "ann"))
		colleague = auth.WithCaller(t.Context(), callerOf(tenant, "bob"))
		stranger  = auth.WithCaller(t.Context(), callerOf(uuid.New(), "eve"))
		large     = strings.Repeat(" ", 60<<10)
	)

	_, release, refusal := bodies.Read(ctx, strings.NewReader(large), int64(len(large)))
	require.Nil(t, refusal)

	_, _, refusal = bodies.Read(ctx, strings.NewReader(large), int64(len(large)))
	require.NotNil(t, refusal, "one principal gets a quarter of the bytes")
	assert.Equal(t, apierror.CodeOverloaded, refusal.Err.Extensions["code"])
	assert.Positive(t, refusal.RetryAfter)

	_, releaseSmall, refusal := bodies.Read(colleague, strings.NewReader("{}"), -1)
	require.Nil(t, refusal, "another principal of the tenant has a share")

	_, releaseOther, refusal := bodies.Read(stranger, strings.NewReader(large), int64(len(large)))
	require.Nil(t, refusal, "another tenant has a share")

	for _, release := range []func(){release, releaseSmall, releaseOther} {
		release()
		release()
	}

	_, _, refusal = bodies.Read(ctx, strings.NewReader(large), int64(len(large)))
	require.Nil(t, refusal)
}

func TestABodyCountsOnlyTheBytesThatHaveArrived(t *testing.T) {
	t.Parallel()

	bodies := NewBodies(1<<20, 0, nil)
	ctx := auth.WithCaller(t.Context(), callerOf(uuid.New(), "ann"))

	const senders = 500

	slow := make([]*io.PipeWriter, senders)
	for i := range slow {
		reader, writer := io.Pipe()
		slow[i] = writer

		go func() { _, _, _ = bodies.Read(ctx, reader, 1<<20) }()

		_, err := writer.Write([]byte("{"))
		require.NoError(t, err)
	}

	bodies.shares.mu.Lock()
	assert.Equal(t, int64(senders*firstBytesOfBody), bodies.shares.taken)
	bodies.shares.mu.Unlock()

	for _, writer := range slow {
		require.NoError(t, writer.CloseWithError(io.ErrUnexpectedEOF))
	}
}

func TestALargeBodyTakesATurnOfTheDatabaseUntilItIsParsed(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		turns := NewDatabaseTurns(DatabaseLimits{Turns: 2}, time.Now)
		bodies := NewBodies(1<<20, 0, turns)
		tenant, large := uuid.New(), strings.Repeat(" ", largeBody)
		ctx := auth.WithCaller(t.Context(), callerOf(tenant, "ann"))

		_, release, refusal := bodies.Read(ctx, strings.NewReader(large), -1)
		require.Nil(t, refusal)

		_, _, refusal = bodies.Read(ctx, strings.NewReader("{}"), -1)
		require.Nil(t, refusal, "a small body waits for nothing")

		began := time.Now()
		_, _, refusal = bodies.Read(ctx, strings.NewReader(large), -1)
		require.NotNil(t, refusal, "the tenant has one turn, and the first body has it")
		assert.Equal(t, http.StatusServiceUnavailable, refusal.Status)
		assert.Equal(t, parseWait, time.Since(began))

		other := auth.WithCaller(t.Context(), callerOf(uuid.New(), "bob"))
		_, releaseOther, refusal := bodies.Read(other, strings.NewReader(large), -1)
		require.Nil(t, refusal, "another tenant has a turn too")
		releaseOther()

		release()
		release()

		_, release, refusal = bodies.Read(ctx, strings.NewReader(large), -1)
		require.Nil(t, refusal)
		release()
	})
}

func TestABodyThatIsTooLargeOrDoesNotArriveIsRefusedAndHoldsNothing(t *testing.T) {
	t.Parallel()

	bodies := NewBodies(100, 0, nil)
	ctx := auth.WithCaller(t.Context(), callerOf(uuid.New(), "ann"))

	text, release, refusal := bodies.Read(ctx, strings.NewReader(strings.Repeat("x", 100)), -1)
	require.Nil(t, refusal)
	assert.Len(t, text, 100)
	release()

	_, _, refusal = bodies.Read(ctx, strings.NewReader(strings.Repeat("x", 101)), -1)
	require.NotNil(t, refusal)
	assert.Equal(t, 413, refusal.Status)

	broken, writer := io.Pipe()
	require.NoError(t, writer.CloseWithError(io.ErrUnexpectedEOF))

	_, _, refusal = bodies.Read(ctx, broken, 50)
	require.NotNil(t, refusal)
	assert.Equal(t, 400, refusal.Status)
	assert.Zero(t, bodies.shares.taken)
}
