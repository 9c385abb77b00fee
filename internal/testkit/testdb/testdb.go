// Package testdb starts PostgreSQL servers for tests, with default durability, and makes databases in them by copying
// templates. A server runs until the test binary ends.
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
	"strconv"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // The driver "pgx".
)

const (
	startTimeout = 60 * time.Second
	superuser    = "autoclaim_test"
)

// Cluster is a PostgreSQL server for the tests of one package. It starts when the first test asks for a database. Close
// it in TestMain. It is safe for concurrent use.
type Cluster struct {
	start    func() (string, error) // The URL of the maintenance database.
	instance *Instance
	pooler   *pooler // Nil until a test uses it.

	mu        sync.Mutex
	templates map[string]error
	databases int
}

func clusterSettings() []string { return []string{"max_connections=300"} }

// NewCluster returns a cluster that has not started yet.
func NewCluster() *Cluster {
	c := &Cluster{templates: make(map[string]error)}
	c.start = sync.OnceValues(c.launch)

	return c
}

// FromTemplate returns the URL of a new database for the test, a copy of the template with this name. prepare fills the
// template; it runs once for each name. FromTemplate fails the test if PostgreSQL is not installed. The database is
// dropped when the test ends.
func (c *Cluster) FromTemplate(t testing.TB, name string, prepare func(url string) error) string {
	t.Helper()

	maintenance, err := c.start()
	if err != nil {
		t.Fatalf("PostgreSQL is needed for this test: %v", err)
	}

	db, err := sql.Open("pgx", maintenance)
	if err != nil {
		t.Fatal(err)
	}

	defer func() { _ = db.Close() }()

	database, err := c.copyTemplate(db, maintenance, name, prepare)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		db, err := sql.Open("pgx", maintenance)
		if err == nil {
			_, err = db.ExecContext(context.Background(), "DROP DATABASE "+database+" WITH (FORCE)")
			err = errors.Join(err, db.Close())
		}

		if err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})

	return inDatabase(maintenance, database)
}

// Database returns the URL of a new, empty database that lasts as long as the cluster.
func (c *Cluster) Database() (string, error) {
	maintenance, err := c.start()
	if err != nil {
		return "", err
	}

	db, err := sql.Open("pgx", maintenance)
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}

	defer func() { _ = db.Close() }()

	c.mu.Lock()
	defer c.mu.Unlock()

	c.databases++
	database := "test_" + strconv.Itoa(c.databases)

	if _, err := db.ExecContext(context.Background(), "CREATE DATABASE "+database); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}

	return inDatabase(maintenance, database), nil
}

// binariesVariable names the environment variable with the directory of the programs of the PostgreSQL to test with, and
// poolerVariable the one with the path of the PgBouncer. They have defaults.
const binariesVariable, poolerVariable = "TEST_POSTGRES_BIN", "TEST_PGBOUNCER"

// Program returns the path of one of PostgreSQL's programs, such as pgbench.
func Program(name string) (string, error) {
	bin, err := findBinaries()

	return filepath.Join(bin, name), err
}

// RequireProgram skips the test if the PostgreSQL of TEST_POSTGRES_BIN lacks the program: some packages have only the
// server.
func RequireProgram(t testing.TB, name string) {
	t.Helper()

	path, err := Program(name)
	if err != nil {
		return // The test fails with a better message.
	}

	if _, err := os.Stat(path); err != nil && os.Getenv(binariesVariable) != "" {
		t.Skipf("%s has no %s", filepath.Dir(path), name)
	}
}

// copyTemplate makes one database at a time: PostgreSQL refuses to copy a template that is in use.
func (c *Cluster) copyTemplate(
	db *sql.DB, maintenance, name string, prepare func(url string) error,
) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	template := "template_" + name

	err, prepared := c.templates[name]
	if !prepared {
		if _, err = db.ExecContext(context.Background(), "CREATE DATABASE "+template); err == nil {
			err = prepare(inDatabase(maintenance, template))
		}

		c.templates[name] = err
	}

	if err != nil {
		return "", fmt.Errorf("prepare the database: %w", err)
	}

	c.databases++
	database := "test_" + strconv.Itoa(c.databases)

	_, err = db.ExecContext(context.Background(), "CREATE DATABASE "+database+" TEMPLATE "+template+" STRATEGY FILE_COPY")
	if err != nil {
		return "", fmt.Errorf("copy the database: %w", err)
	}

	return database, nil
}

func inDatabase(maintenance, database string) string {
	u, err := url.Parse(maintenance)
	if err != nil {
		panic(err) // It cannot fail: launch made the URL.
	}

	u.Path = "/" + database

	return u.String()
}

// Close shuts the cluster down and removes its files.
func (c *Cluster) Close() {
	if c.pooler != nil {
		c.pooler.close()
	}

	if c.instance != nil {
		c.instance.Close()
	}
}

// launch makes and starts the server.
func (c *Cluster) launch() (string, error) {
	var err error
	if c.instance, err = NewInstance(clusterSettings()...); err != nil {
		return "", err
	}

	return c.instance.URL("postgres"), c.instance.Start()
}

// findBinaries returns the directory of PostgreSQL's server programs.
func findBinaries() (string, error) {
	if bin := os.Getenv(binariesVariable); bin != "" {
		return bin, nil
	}

	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}

	// Debian does not put them in the PATH.
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // It fails only for a malformed pattern.
	if len(found) == 0 {
		return "", errors.New("PostgreSQL's server programs are not installed: on Debian, run apt-get install postgresql")
	}

	return filepath.Dir(found[len(found)-1]), nil
}
