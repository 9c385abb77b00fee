package testdb

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// pooler is a PgBouncer for a cluster.
type pooler struct {
	process *exec.Cmd
	done    chan struct{}
	port    port
}

// poolSize is the number of connections that PgBouncer opens to a database: so few that clients wait for each other.
const poolSize = 5

// Pooled returns a URL that leads to the database through PgBouncer in transaction mode. The first call starts
// PgBouncer.
func (c *Cluster) Pooled(databaseURL string) (string, error) {
	address, err := url.Parse(databaseURL)
	if err != nil {
		return "", fmt.Errorf("read the URL: %w", err)
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	if c.pooler == nil {
		if c.pooler, err = startPooler(c.instance.dir, address.Port()); err != nil {
			return "", fmt.Errorf("start PgBouncer: %w", err)
		}
	}

	address.Host = c.pooler.port.address()

	return address.String(), nil
}

func startPooler(dir, databasePort string) (*pooler, error) {
	program, err := findPooler()
	if err != nil {
		return nil, err
	}

	port, err := reservePort()
	if err != nil {
		return nil, err
	}

	settings := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%s user=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = %d
max_client_conn = 500
`, databasePort, superuser, port, poolSize)

	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write its settings: %w", err)
	}

	if err := giveToUnprivileged(settings); err != nil {
		return nil, err
	}

	log, err := os.Create(filepath.Join(dir, "pgbouncer.log"))
	if err != nil {
		return nil, fmt.Errorf("make its log: %w", err)
	}

	defer func() { _ = log.Close() }() // It has its own handle.

	p := &pooler{process: unprivileged(exec.Command(program, settings)), done: make(chan struct{}), port: port}
	p.process.Stdout, p.process.Stderr = log, log

	if err := startTied(p.process, p.done); err != nil {
		return nil, err
	}

	return p, p.awaitListening(log.Name())
}

func findPooler() (string, error) {
	if program := os.Getenv(poolerVariable); program != "" {
		return program, nil
	}

	if program, err := exec.LookPath("pgbouncer"); err == nil {
		return program, nil
	}

	const program = "/usr/sbin/pgbouncer" // Debian installs it there, which is not in every PATH.
	if _, err := os.Stat(program); err != nil {
		return "", errors.New("it is not installed: on Debian, run apt-get install pgbouncer")
	}

	return program, nil
}

func (p *pooler) awaitListening(log string) error {
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		connection, err := net.Dial("tcp", p.port.address())
		if err == nil {
			return connection.Close()
		}

		select {
		case <-p.done:
			text, _ := os.ReadFile(log) // It is for the error message only.

			return fmt.Errorf("it ended:\n%s", text)
		case <-time.After(20 * time.Millisecond):
		}
	}

	return errors.New("it does not listen")
}

func (p *pooler) close() {
	_ = p.process.Process.Kill() // It stores nothing.
	<-p.done
	p.port.close()
}
