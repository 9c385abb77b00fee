package upkeep_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	_ "github.com/glebarez/go-sqlite"  // The driver "sqlite".
	_ "github.com/jackc/pgx/v5/stdlib" // The driver "pgx".

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()
	os.Exit(status)
}

// execute runs a statement on a database without the store, to damage it.
func execute(url, statement string) (err error) {
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", path+"?_pragma=busy_timeout(60000)" // Claims keep the file busy all the time.
	}

	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, db.Close()) }()

	_, err = db.ExecContext(context.Background(), statement)

	return err
}
