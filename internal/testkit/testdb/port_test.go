package testdb

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAReservedPortIsFreeAndIsReservedOnce(t *testing.T) {
	t.Parallel()

	numbers := make(map[int]bool)

	for range 200 {
		reserved, err := reservePort()
		require.NoError(t, err)
		t.Cleanup(reserved.close)
		assert.False(t, numbers[reserved.number])
		numbers[reserved.number] = true

		listener, err := net.Listen("tcp", reserved.address())
		require.NoError(t, err)
		require.NoError(t, listener.Close())
	}
}
