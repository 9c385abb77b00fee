package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/livefeed"
	"github.com/autoclaim/autoclaim/internal/store/migration"
	"github.com/autoclaim/autoclaim/internal/store/postgres"
	"github.com/autoclaim/autoclaim/internal/store/sqlite"
)

// Database is all that differs between the databases. There is one implementation for each, in the packages postgres
// and sqlite; nothing else in the program asks which of the two it is. All methods are safe for concurrent use.
type Database interface { //nolint:interfacebloat // Each method is one difference between the databases.
	// Reader returns GORM for reads outside of transactions, and Writer returns it for everything else. They may be the
	// same.
	Reader() *gorm.DB
	Writer() *gorm.DB
	// SignInReader and SignInWriter return GORM for the statements that sign-ins wait for. They use connections that
	// Reader and Writer cannot take, except that SQLite has one connection that writes.
	SignInReader() *gorm.DB
	SignInWriter() *gorm.DB
	// ConnectionPools returns all connection pools by name, for their statistics.
	ConnectionPools() map[string]*sql.DB
	// Close closes all connections. Nothing may be in use then.
	Close() error

	// InTx runs work in a transaction that reads and writes, and commits it if work returns no error. The
	// transaction sees what was committed before it began. It is not retried; see Retryable.
	InTx(ctx context.Context, work func(tx *gorm.DB) error) error
	// InSnapshot runs work in a transaction that only reads, in which all statements see the same state.
	InSnapshot(ctx context.Context, work func(tx *gorm.DB) error) error
	// InSignInTx is InTx on a connection for sign-ins.
	InSignInTx(ctx context.Context, work func(tx *gorm.DB) error) error
	// LockRows returns the query with its rows locked: until the transaction ends, no other transaction can change or
	// lock them. It waits for one that holds such a lock already.
	LockRows(query *gorm.DB) *gorm.DB
	// LockRowsAndReferences is LockRows that also keeps other transactions from adding rows which refer to the locked ones.
	// It waits for transactions that have added such a row.
	LockRowsAndReferences(query *gorm.DB) *gorm.DB
	// Retryable says whether a transaction failed only because of a conflict with another, so that it can run again.
	// A lost connection is not such a failure: the commit may have arrived.
	Retryable(err error) bool

	// ClaimantStates reads the state of each of the users, in the order of externalIDs, in which a user may occur more
	// than once. All of it is the state at one moment after the call. It returns no states and no error if there is no
	// such tenant. The users and licenses are only right if the states say the same matching.
	ClaimantStates(
		ctx context.Context, tenant licensing.ID, matching licensing.ExternalIDMatching, externalIDs []string,
	) ([]licensing.ClaimantState, error)
	// Claim runs one transaction. decide must return an error if the facts say another matching than the batch. The
	// transaction locks the batch's users, adding those that the tenant does not know, and then the
	// products' pools; it calls decide with what it read, and stores and commits what decide returns. If decide
	// returns an error, it returns that error and changes nothing. It is not retried; see Retryable.
	Claim(
		ctx context.Context, batch licensing.ClaimBatch,
		decide func(licensing.ClaimFacts) (licensing.ClaimResults, error),
	) error

	// AnyOf is a condition that holds where the column is one of the ids. Its text does not depend on their number,
	// so that the statement is prepared once.
	AnyOf(column string, ids []licensing.ID) clause.Expr
	// ByBytes is an expression that orders texts of a column by their bytes in UTF-8, as Go does.
	ByBytes(column string) string
	// DayOfTime is an expression for the day in UTC of a column that holds a time, and DayText for one that holds a
	// day; both are text such as 2026-03-10.
	DayOfTime(column string) string
	DayText(column string) string
	// QuarterOfTime is an expression for the quarter-hour of a column that holds a time: 1 to 96, as
	// [licensing.Quarter] counts them.
	QuarterOfTime(column string) string
	// QuartersText is an expression for a column that holds claims by quarter-hour, as text of a JSON object: {"57": 3}.
	QuartersText(column string) string
	// Quarters is a value for such a column.
	Quarters(claims map[int]int) clause.Expr
	// StoredQuarters is a query of all claims by quarter-hour that are rolled up: tenant_id, day, policy_id, product_id,
	// quarter and claims.
	StoredQuarters() string

	// Check returns an error if the server or the database is none that the program can work with, or if the direct URL
	// leads to another database.
	Check(ctx context.Context) error
	// CheckRights returns an error that says which of the needed rights on tables the database's role lacks. It returns
	// none if there are no tables.
	CheckRights(ctx context.Context, needed map[string][]string) error
	// HasTable says whether there is a table of this name.
	HasTable(ctx context.Context, name string) (bool, error)
	// Ready returns an error unless a transaction could write now. It uses a connection for sign-ins.
	Ready(ctx context.Context) error
	// LiveFeedTransport carries announcements between the processes that share the database; nil if nothing does.
	LiveFeedTransport() livefeed.Transport

	// Migrations returns the database's SQL migrations, in the root of a file system.
	Migrations() fs.FS
	// Migrate runs those of the migrations that the database does not have yet, and returns how many it ran, even
	// with an error. One process migrates at a time; others wait.
	Migrate(ctx context.Context, files fs.FS, retries migration.LockRetries) (ran int, err error)
	// CopyTo writes all that is committed at one moment to a new file, which is a database itself, while others read
	// and write, and checks the file. It returns an error if the database has other tools for that.
	CopyTo(ctx context.Context, path string) error
}

// openDatabase opens the kind of database that the URL names.
func openDatabase(url string, with options) (Database, error) {
	config := gorm.Config{
		// A statement's error is returned, and logged once at the edge, with the request.
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return time.Now().UTC() },
	}

	if err := CheckURL(url); err != nil {
		return nil, err
	}

	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if with.direct != "" && with.direct != url {
			return nil, errors.New("--direct-database-url is for PostgreSQL behind a connection pooler: leave it out for an SQLite file")
		}

		return sqlite.Open(path, config, sqlite.Options{Tracers: with.tracers, Exists: with.exists, Reads: with.reads})
	}

	return postgres.Open(url, config, postgres.Options{
		DirectURL: with.direct, Tracers: with.tracers, Connections: with.connections, Reads: with.reads,
	})
}
