package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/telemetry"
)

// environment holds what all commands need from outside: settings, a logger and an output.
type environment struct {
	context     context.Context // Canceled on SIGTERM. Kong passes values to commands, but no context.
	build       buildinfo.Build
	databaseURL string
	directURL   string // Empty without a connection pooler.
	logger      *slog.Logger
	telemetry   telemetry.Telemetry // Only serve sets it, database and turns.
	database    []store.Option
	turns       *admission.DatabaseTurns
	in          io.Reader
	out         io.Writer
}

// withStore opens the database, checks that its schema fits this program, runs work and closes the database.
func (e *environment) withStore(work func(ctx context.Context, db *store.Store) error) error {
	return e.withOptions(e.checkingSchema(work), store.WithExistingFile())
}

// withStoreForReading is withStore for work that only reads.
func (e *environment) withStoreForReading(work func(ctx context.Context, db *store.Store) error) error {
	return e.withOptions(e.checkingSchema(work), store.ForReading())
}

// checkingSchema returns work with a check before it that the schema fits this program.
func (e *environment) checkingSchema(
	work func(ctx context.Context, db *store.Store) error,
) func(ctx context.Context, db *store.Store) error {
	return func(ctx context.Context, db *store.Store) error {
		schema, err := db.Schema(ctx)
		if err != nil {
			return err
		}

		if schema.Ahead() {
			e.logger.Warn("the database schema is newer than this program; it still works, but upgrade the program soon",
				"schema", schema.Database, "program", schema.Program)
		}

		return db.ExplainRights(ctx, work(ctx, db))
	}
}

// withNewStore opens the database without checking its schema, runs work and closes the database. It creates an SQLite
// file that does not exist, and says so.
func (e *environment) withNewStore(work func(ctx context.Context, db *store.Store) error) error {
	path, isFile := strings.CutPrefix(e.databaseURL, "sqlite:")
	_, err := os.Stat(path)
	creates := isFile && errors.Is(err, fs.ErrNotExist)

	return e.withOptions(func(ctx context.Context, db *store.Store) error {
		if creates {
			e.say("Created the SQLite file %s.", path)
		}

		return work(ctx, db)
	})
}

// withOptions opens the database, runs work and closes the database.
func (e *environment) withOptions(work func(ctx context.Context, db *store.Store) error, options ...store.Option) error {
	options = slices.Concat(e.telemetry.StoreOptions(), e.database, options)
	if e.directURL != "" {
		options = append(options, store.WithDirectURL(e.directURL))
	}

	db, err := store.Open(e.context, e.databaseURL, options...)
	if err != nil {
		return fmt.Errorf("open the database (see --database-url): %w", err)
	}

	return errors.Join(work(e.context, db), db.Close())
}

// databaseName names the database in messages. Other URLs than those of files may hold a password.
func (e *environment) databaseName() string {
	if strings.HasPrefix(e.databaseURL, "sqlite:") {
		return "the database " + e.databaseURL
	}

	return "the database"
}

// interruptibleReader reads until the context ends. A read of a terminal or of a pipe can wait forever.
type interruptibleReader struct {
	context context.Context //nolint:containedctx // Readers get no context.
	from    io.Reader
}

// Read implements [io.Reader]. A read that is interrupted goes on in the background, and what it reads is lost.
func (r *interruptibleReader) Read(into []byte) (int, error) {
	type result struct {
		text []byte
		err  error
	}

	done := make(chan result, 1)
	buffer := make([]byte, len(into))

	go func() {
		n, err := r.from.Read(buffer)
		done <- result{buffer[:n], err}
	}()

	select {
	case <-r.context.Done():
		return 0, fmt.Errorf("read standard input: %w", r.context.Err())
	case read := <-done:
		return copy(into, read.text), read.err
	}
}

// say prints a formatted line to the command's output.
func (e *environment) say(format string, args ...any) {
	_, _ = fmt.Fprintf(e.out, format+"\n", args...)
}
