// Package testbed starts the servers and databases of a run, and the network between them. Each of them can be made to
// fail.
package testbed

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // Registers the driver "pgx".

	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// Config says what a run needs.
type Config struct {
	// Servers is the number of server processes.
	Servers int
	// SQLite uses an SQLite file instead of PostgreSQL. Disk puts the file on a separate small disk.
	SQLite, Disk bool
	// Linked puts a proxy between each server and PostgreSQL.
	Linked bool
	// Pair adds a synchronous standby to PostgreSQL. With Moving, the servers know one address of the two, which can move.
	Pair, Moving bool
	// Role makes the servers connect as a role whose connections can be limited.
	Role bool
	// Clocks gives each server its own clock, which can be changed.
	Clocks bool
	// Binary is the server's binary. Old is the binary of an old version, which the servers run first if it is set.
	Binary, Old string
	// SetupSQL is a statement to run after the schema was created.
	SetupSQL string
	// Log receives the servers' logs.
	Log io.Writer
}

// Testbed has the servers and databases of a run.
type Testbed struct {
	Config

	Servers  []*Server
	Postgres *testdb.Instance
	Standby  *testdb.Instance
	Links    []*Link
	Relays   []*testdb.Relay
	Disk     *Disk

	directory string
	// database is the URL from which the contents of the database are read.
	database string
	cleanups []func() error
}

// Settings returns the settings of all PostgreSQL servers. The checker orders transactions by their commit timestamps.
// Durability settings keep their defaults.
func Settings() []string { return []string{"max_connections=100", "track_commit_timestamp=on"} }

// New starts the servers of a run. postgres is a running PostgreSQL server, which runs can share one after the other.
// Close the testbed also if New returns an error.
func New(ctx context.Context, config Config, postgres *testdb.Instance) (*Testbed, error) {
	b := &Testbed{Config: config, Postgres: postgres}

	var err error
	if b.directory, err = os.MkdirTemp("", "autoclaim-faults-"); err != nil {
		return b, fmt.Errorf("make a directory: %w", err)
	}

	b.addCleanup(func() error { return os.RemoveAll(b.directory) })

	urls, err := b.createDatabase(ctx)
	if err != nil {
		return b, err
	}

	first := config.Binary
	if config.Old != "" {
		first = config.Old
	}

	for i, url := range urls {
		server := &Server{config: builtserver.Config{Binary: first, Database: url, Directory: b.directory, Log: config.Log}}

		if config.Clocks {
			clock := b.clockFile(i)
			server.config.Environment = []string{clockVariable + "=" + clock}
			err = os.WriteFile(clock, []byte("0"), 0o600)
		}

		// One after the other, because the first server creates the schema and the demo tenant.
		if err = errors.Join(err, server.Start(ctx)); err != nil {
			return b, err
		}

		b.Servers = append(b.Servers, server)
		b.addCleanup(func() error {
			server.Kill()

			return nil
		})
	}

	return b, b.afterSchema(ctx)
}

// createDatabase creates the database, and returns its URL for each server.
func (b *Testbed) createDatabase(ctx context.Context) ([]string, error) {
	urls := make([]string, b.Config.Servers)

	if b.SQLite {
		directory := b.directory

		if b.Config.Disk {
			var err error
			if b.Disk, err = newDisk(filepath.Join(directory, "disk")); err != nil {
				return nil, err
			}

			b.addCleanup(b.Disk.close)
			directory = b.Disk.path
		}

		b.database = filepath.Join(directory, "autoclaim.db")
		for i := range urls {
			urls[i] = "sqlite:" + b.database
		}

		return urls, nil
	}

	if b.Pair {
		if err := b.startPair(ctx); err != nil {
			return nil, err
		}
	}

	name := "run_" + strconv.FormatInt(time.Now().UnixNano(), 36)
	if err := execute(ctx, b.Postgres.URL("postgres"), "CREATE DATABASE "+name); err != nil {
		return nil, err
	}

	b.database = b.Postgres.URL(name)
	if !b.Pair {
		b.addCleanup(func() error {
			return execute(context.WithoutCancel(ctx), b.Postgres.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)")
		})
	}

	return b.serverURLs(ctx, name, urls)
}

func (b *Testbed) addCleanup(cleanup func() error) { b.cleanups = append(b.cleanups, cleanup) }

// Close stops the servers and removes the databases and files.
func (b *Testbed) Close() error {
	var errs []error
	for _, cleanup := range slices.Backward(b.cleanups) {
		errs = append(errs, cleanup())
	}

	return errors.Join(errs...)
}

func execute(ctx context.Context, url string, statements ...string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}

	defer func() { _ = db.Close() }()

	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}

	return nil
}

// Server is a server that can be restarted. Each start runs a new process.
type Server struct {
	config  builtserver.Config
	mu      sync.Mutex
	current *builtserver.Program
}

// Start starts a process and returns when it listens.
func (s *Server) Start(ctx context.Context) error {
	started, err := builtserver.Start(ctx, s.config)
	if err != nil {
		return err
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	s.current = started

	return nil
}

// Process returns the current process, or the last one if none is running.
func (s *Server) Process() *builtserver.Program {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.current
}

// Kill ends the process with SIGKILL.
func (s *Server) Kill() { s.Process().Kill() }

// Upgrade makes the next start use another binary.
func (s *Server) Upgrade(binary string) { s.config.Binary = binary }

// URLs returns the current URLs of the servers.
func (b *Testbed) URLs() []string {
	urls := make([]string, len(b.Servers))
	for i, server := range b.Servers {
		urls[i] = server.Process().URL
	}

	return urls
}
