package admission_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admission"
)

// arrivals is a listener on which connections arrive one by one.
type arrivals struct {
	net.Listener

	connections chan net.Conn
}

func (a arrivals) Accept() (net.Conn, error) { return <-a.connections, nil }

// arrive lets a connection arrive, and returns the client's end.
func (a arrivals) arrive() net.Conn {
	client, server := net.Pipe()
	a.connections <- server

	return client
}

func TestANewConnectionHasTimeToShowItsTokenHoweverManyOthersArrive(t *testing.T) {
	t.Parallel()

	const grace = 100 * time.Millisecond

	synctest.Test(t, func(t *testing.T) {
		arriving := arrivals{connections: make(chan net.Conn, 4)}
		listener := admission.NewConnections(2).Listen(arriving)
		began := time.Now()
		first := arriving.arrive()

		for range 3 {
			arriving.arrive()
		}

		accept := func() net.Conn {
			connection, err := listener.Accept()
			require.NoError(t, err)

			return connection
		}

		accept()
		accept()
		assert.Zero(t, time.Since(began), "there is room for two")

		accept()
		assert.Equal(t, grace, time.Since(began), "the third one waits until the first one had its time")

		_, err := first.Read(make([]byte, 1))
		require.Error(t, err, "the first one showed no token, and was closed")

		accept()
		assert.Equal(t, grace, time.Since(began), "the second one had its time as well")
	})
}

func TestAConnectionThatIsClosedMakesRoomAtOnce(t *testing.T) {
	t.Parallel()

	const soon = 10 * time.Millisecond

	synctest.Test(t, func(t *testing.T) {
		arriving := arrivals{connections: make(chan net.Conn, 2)}
		listener := admission.NewConnections(1).Listen(arriving)
		began := time.Now()

		arriving.arrive()
		arriving.arrive()

		connection, err := listener.Accept()
		require.NoError(t, err)
		time.AfterFunc(soon, func() { assert.NoError(t, connection.Close()) })

		_, err = listener.Accept()
		require.NoError(t, err)
		assert.Equal(t, soon, time.Since(began))
	})
}
