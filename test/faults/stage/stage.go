// Package stage sets up what a run plays on: databases, what lies between, and servers, each of which can fail.
package stage

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

	_ "github.com/jackc/pgx/v5/stdlib" // The driver "pgx".

	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// Plan is what a run needs.
type Plan struct {
	// Servers is how many server processes there are.
	Servers int
	// SQLite puts them on a file rather than on PostgreSQL; Disk puts the file on a disk of its own, which is small.
	SQLite, Disk bool
	// Linked puts a proxy between each server and PostgreSQL.
	Linked bool
	// Pair gives PostgreSQL a synchronous standby.
	Pair bool
	// Role makes the servers connect as a role that may be limited.
	Role bool
	// Clocks gives each server a clock of its own.
	Clocks bool
	// Binary is the program, and Old an earlier version of it that the servers run at first.
	Binary, Old string
	// After is SQL that the database gets once it has its schema.
	After string
	// Log takes what the servers log.
	Log io.Writer
}

// Stage is what a run plays on.
type Stage struct {
	Plan

	Servers  []*Server
	Postgres *testdb.Instance
	Standby  *testdb.Instance
	Links    []*Link
	Disk     *Disk

	directory string
	// database is where the harness itself reads.
	database string
	closing  []func() error
}

// Settings are those of every PostgreSQL server here: with the times of commits, by which the checker orders what
// happened. Its durability is the default.
func Settings() []string { return []string{"max_connections=100", "track_commit_timestamp=on"} }

// New sets the stage. postgres is a running server that runs may share, one after the other.
func New(ctx context.Context, plan Plan, postgres *testdb.Instance) (*Stage, error) {
	s := &Stage{Plan: plan, Postgres: postgres}

	var err error
	if s.directory, err = os.MkdirTemp("", "autoclaim-faults-"); err != nil {
		return s, fmt.Errorf("make a directory: %w", err)
	}

	s.later(func() error { return os.RemoveAll(s.directory) })

	urls, err := s.databases(ctx)
	if err != nil {
		return s, err
	}

	first := plan.Binary
	if plan.Old != "" {
		first = plan.Old
	}

	for i, url := range urls {
		server := &Server{config: builtserver.Config{Binary: first, Database: url, Directory: s.directory, Log: plan.Log}}

		if plan.Clocks {
			clock := s.clock(i)
			server.config.Environment = []string{clockVariable + "=" + clock}
			err = os.WriteFile(clock, []byte("0"), 0o600)
		}

		// One after the other: the first one makes the schema and the demo tenant.
		if err = errors.Join(err, server.Start(ctx)); err != nil {
			return s, err
		}

		s.Servers = append(s.Servers, server)
		s.later(func() error {
			server.Kill()

			return nil
		})
	}

	return s, s.afterSchema(ctx)
}

// databases makes the database, and returns the URL by which each server knows it.
func (s *Stage) databases(ctx context.Context) ([]string, error) {
	urls := make([]string, s.Plan.Servers)

	if s.SQLite {
		directory := s.directory

		if s.Plan.Disk {
			var err error
			if s.Disk, err = newDisk(filepath.Join(directory, "disk")); err != nil {
				return nil, err
			}

			s.later(s.Disk.close)
			directory = s.Disk.path
		}

		s.database = filepath.Join(directory, "autoclaim.db")
		for i := range urls {
			urls[i] = "sqlite:" + s.database
		}

		return urls, nil
	}

	if s.Pair {
		if err := s.pair(ctx); err != nil {
			return nil, err
		}
	}

	name := "run_" + strconv.FormatInt(time.Now().UnixNano(), 36)
	if err := execute(ctx, s.Postgres.URL("postgres"), "CREATE DATABASE "+name); err != nil {
		return nil, err
	}

	s.database = s.Postgres.URL(name)
	if !s.Pair {
		s.later(func() error {
			return execute(context.WithoutCancel(ctx), s.Postgres.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)")
		})
	}

	return s.serverURLs(ctx, name, urls)
}

func (s *Stage) later(closing func() error) { s.closing = append(s.closing, closing) }

// Close removes all of it.
func (s *Stage) Close() error {
	var errs []error
	for _, closing := range slices.Backward(s.closing) {
		errs = append(errs, closing())
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

// Server is one of the server processes, which may be another one after a restart.
type Server struct {
	config  builtserver.Config
	mu      sync.Mutex
	current *builtserver.Program
}

// Start starts it.
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

// Run is the process that runs, or ran last.
func (s *Server) Run() *builtserver.Program {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.current
}

// Kill ends it by SIGKILL.
func (s *Server) Kill() { s.Run().Kill() }

// Upgrade makes its next start one of another binary.
func (s *Server) Upgrade(binary string) { s.config.Binary = binary }

// URLs are where the servers listen now.
func (s *Stage) URLs() []string {
	urls := make([]string, len(s.Servers))
	for i, server := range s.Servers {
		urls[i] = server.Run().URL
	}

	return urls
}
