package testdb

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
)

// Reserved ports are below those that Linux gives to outgoing connections (net.ipv4.ip_local_port_range). Otherwise a
// connection could take a server's port before the server starts, or while it restarts.
const firstPort, lastPort = 15_000, 32_000

// port is a TCP port of 127.0.0.1 that no other process of these tests uses until it is closed, whether or not a server
// listens on it.
type port struct {
	number      int
	reservation io.Closer // Nil for the zero port.
}

// reservePort reserves a port that nothing listens on.
func reservePort() (port, error) {
	const attempts = 100

	for range attempts {
		p := port{number: firstPort + rand.IntN(lastPort-firstPort)}

		var err error
		if p.reservation, err = reserve("autoclaim-test-port-" + p.String()); err != nil {
			continue
		}

		listener, err := net.Listen("tcp", p.address())
		if err == nil {
			return p, listener.Close() // The server listens on it next.
		}

		p.close()
	}

	return port{}, fmt.Errorf("no free port between %d and %d", firstPort, lastPort)
}

func (p port) String() string { return strconv.Itoa(p.number) }

func (p port) address() string { return net.JoinHostPort("127.0.0.1", p.String()) }

// close ends the reservation.
func (p port) close() {
	if p.reservation != nil {
		_ = p.reservation.Close() // Nothing was written to it.
	}
}
