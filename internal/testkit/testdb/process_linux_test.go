package testdb

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoProcessOfAKilledServerGoesOn(t *testing.T) {
	t.Parallel()

	instance, err := NewInstance()
	require.NoError(t, err)
	t.Cleanup(instance.Close)
	require.NoError(t, instance.Start())

	db, err := sql.Open("pgx", instance.URL("postgres"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	require.NoError(t, db.PingContext(context.Background()))

	started := children(instance.process.Process.Pid)
	require.NotEmpty(t, started)

	instance.Kill()

	for _, pid := range started {
		state, _ := status(pid)
		assert.True(t, ended(state), "process %d is in state %q", pid, state)
	}
}
