package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Instance is a PostgreSQL server with its own data directory, which can be killed and started again. All settings that
// make commits durable have their defaults.
type Instance struct {
	dir, data string
	port      port
	settings  []string
	process   *exec.Cmd
	done      chan struct{}
}

// NewInstance makes a data directory; it does not start the server. settings such as "max_connections=300" apply to
// each start. Close the instance even after an error.
func NewInstance(settings ...string) (*Instance, error) {
	i, err := newInstance(settings)
	if err != nil {
		return i, err
	}

	return i, i.run("initdb", "--pgdata="+i.data, "--username="+superuser,
		"--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
}

func newInstance(settings []string) (*Instance, error) {
	i := &Instance{settings: settings}

	var err error
	// The paths of sockets must be short, which those of t.TempDir are not.
	if i.dir, err = os.MkdirTemp("", "autoclaim-pg-"); err != nil {
		return i, fmt.Errorf("make a directory: %w", err)
	}

	i.data = filepath.Join(i.dir, "data")
	if err := os.Mkdir(i.data, 0o700); err != nil {
		return i, fmt.Errorf("make a directory: %w", err)
	}

	if err := giveToUnprivileged(i.dir, i.data); err != nil {
		return i, err
	}

	i.port, err = reservePort()

	return i, err
}

// run runs one of PostgreSQL's programs as the user who runs the server.
func (i *Instance) run(program string, args ...string) error {
	path, err := Program(program)
	if err != nil {
		return err
	}

	if output, err := unprivileged(exec.Command(path, args...)).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, output)
	}

	return nil
}

// Standby makes a second server that follows this one by streaming replication; it does not start it. name is the
// standby's name in synchronous_standby_names.
func (i *Instance) Standby(name string) (*Instance, error) {
	standby, err := newInstance(i.settings)
	if err != nil {
		return standby, err
	}

	source := i.address("postgres")
	query := source.Query()
	query.Set("application_name", name)
	source.RawQuery = query.Encode()

	return standby, standby.run("pg_basebackup", "--pgdata="+standby.data, "--dbname="+source.String(),
		"--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
}

// Start starts the server and waits until it answers.
func (i *Instance) Start() error {
	for deadline := time.Now().Add(startTimeout); ; {
		err := i.start()
		// After a server was killed, its processes take a moment to end.
		if err == nil || !errors.Is(err, errEnded) || time.Now().After(deadline) {
			return err
		}

		time.Sleep(50 * time.Millisecond)
	}
}

var errEnded = errors.New("postgres ended")

func (i *Instance) start() error {
	path, err := Program("postgres")
	if err != nil {
		return err
	}

	args := []string{
		"-D", i.data, "-p", i.port.String(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "log_destination=stderr", "-c", "logging_collector=off",
	}
	for _, setting := range i.settings {
		args = append(args, "-c", setting)
	}

	log, err := os.OpenFile(filepath.Join(i.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the log: %w", err)
	}

	defer func() { _ = log.Close() }() // The server has its own handle.

	process, done := unprivileged(exec.Command(path, args...)), make(chan struct{})
	process.Stdout, process.Stderr = log, log

	if err := startTied(process, done); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}

	i.process, i.done = process, done

	return i.awaitReady(log.Name())
}

func (i *Instance) awaitReady(log string) error {
	db, err := sql.Open("pgx", i.URL("postgres"))
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}

	defer func() { _ = db.Close() }()

	for deadline := time.Now().Add(startTimeout); ; {
		if err = db.PingContext(context.Background()); err == nil {
			return nil
		}

		select {
		case <-i.done:
			i.process = nil
			err = errEnded
		case <-time.After(50 * time.Millisecond):
			if time.Now().Before(deadline) {
				continue
			}
		}

		text, _ := os.ReadFile(log) // It is for the error message only.

		return fmt.Errorf("postgres does not answer: %w\n%s", err, text)
	}
}

// Kill ends the server and the processes that it started with SIGKILL, and waits for their end. Without it, the processes
// of open connections would answer until they notice that the server is gone.
func (i *Instance) Kill() {
	if i.process == nil {
		return
	}

	started := children(i.process.Process.Pid)
	i.end(syscall.SIGKILL)
	kill(started)
}

// StopAtOnce is PostgreSQL's immediate shutdown: it aborts all transactions, and the next start runs recovery.
func (i *Instance) StopAtOnce() { i.end(syscall.SIGQUIT) }

func (i *Instance) end(signal os.Signal) {
	if i.process == nil {
		return
	}

	_ = i.process.Process.Signal(signal) // The server may have ended already.
	<-i.done
	i.process = nil
}

// URL returns the URL of one of the server's databases.
func (i *Instance) URL(database string) string {
	address := i.address(database)

	return address.String()
}

// Address returns the host and port at which the server listens.
func (i *Instance) Address() string { return i.port.address() }

func (i *Instance) address(database string) url.URL {
	return url.URL{
		Scheme: "postgres", User: url.User(superuser), Host: i.Address(), Path: "/" + database, RawQuery: "sslmode=disable",
	}
}

// Close shuts the server down and removes its files.
func (i *Instance) Close() {
	i.end(os.Interrupt) // PostgreSQL's fast shutdown: it ends all sessions.
	i.port.close()

	if i.dir != "" {
		_ = os.RemoveAll(i.dir)
	}
}
