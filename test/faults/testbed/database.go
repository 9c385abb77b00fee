package testbed

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	_ "github.com/glebarez/go-sqlite" // Registers the driver "sqlite".

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// afterSchema runs SetupSQL. On SQLite, which has no commit timestamps, it also adds a table and triggers that record the
// order of transactions.
func (b *Testbed) afterSchema(ctx context.Context) error {
	db, err := b.open()
	if err != nil {
		return err
	}

	defer func() { _ = db.Close() }()

	statements := []string{b.SetupSQL}
	if b.SQLite {
		const now = "(julianday('now') - 2440587.5) * 86400.0"

		statements = append(statements,
			"CREATE TABLE faults_log (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at REAL NOT NULL)",
			"INSERT INTO faults_log (id, at) SELECT id, 0 FROM audit_events ORDER BY rowid",
			"CREATE TRIGGER faults_claims AFTER INSERT ON claims BEGIN INSERT INTO faults_log (id, at) VALUES (NEW.id, "+now+"); END",
			"CREATE TRIGGER faults_audit AFTER INSERT ON audit_events BEGIN INSERT INTO faults_log (id, at) VALUES (NEW.id, "+now+"); END")
	}

	for _, statement := range statements {
		if statement == "" {
			continue
		}

		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}

	return nil
}

func (b *Testbed) open() (*sql.DB, error) {
	if b.SQLite {
		return sql.Open("sqlite", "file:"+b.database+"?_pragma=busy_timeout(10000)")
	}

	return sql.Open("pgx", b.database)
}

// Database waits until the servers' sessions have ended and returns the contents of the database. start is the start of
// the run.
func (b *Testbed) Database(ctx context.Context, start time.Time) (history.Database, error) {
	db, err := b.open()
	if err != nil {
		return history.Database{}, fmt.Errorf("open: %w", err)
	}

	defer func() { _ = db.Close() }()

	r := &reader{ctx: ctx, db: db, sqlite: b.SQLite, start: start, database: history.Database{
		Users: make(map[string]string), Blocked: make(map[string]bool), Pools: make(map[string]history.Pool),
		Policies: make(map[string]history.Policy), Licenses: make(map[string]history.License), Missed: make(map[string]int),
	}}

	if !b.SQLite {
		r.awaitIdle()
	}

	r.readTransactions()
	r.readState()

	return r.database, r.err
}

type reader struct {
	ctx      context.Context
	db       *sql.DB
	sqlite   bool
	start    time.Time
	database history.Database
	err      error
}

// rows runs a query and calls row for each row.
func (r *reader) rows(query string, row func(scan func(...any) error) error) {
	if r.err != nil {
		return
	}

	rows, err := r.db.QueryContext(r.ctx, query)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", query, err)

		return
	}

	defer func() { _ = rows.Close() }()

	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			r.err = fmt.Errorf("%s: %w", query, err)

			return
		}
	}

	r.err = rows.Err()
}

// awaitIdle waits until all other database sessions have ended.
func (r *reader) awaitIdle() {
	for deadline := time.Now().Add(20 * time.Second); r.err == nil; time.Sleep(20 * time.Millisecond) {
		others := 0

		r.rows(`SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
			func(scan func(...any) error) error { return scan(&others) })

		if others == 0 {
			return
		}

		if time.Now().After(deadline) {
			r.err = errors.New("the database still has other sessions")
		}
	}
}

// These expressions order the transactions by commit. SQLite has a single writer, so its transactions never overlap:
// consecutive rows with the same time or request belong to one transaction.
const (
	postgresOrder = `x.xmin::text AS txn, (extract(epoch FROM pg_xact_commit_timestamp(x.xmin)) * 1000000)::bigint AS at, 0 AS seq`
	sqliteOrder   = `AS txn, CAST(h.at * 1000000 AS INTEGER) AS at, h.seq AS seq`
	sqliteJoin    = ` JOIN faults_log h ON h.id = x.id`
)

func (r *reader) readTransactions() {
	claimOrder, auditOrder, join, order := postgresOrder, postgresOrder, "", "at, txn, id"
	if r.sqlite {
		claimOrder, auditOrder = "CAST(x.claimed_at AS text) "+sqliteOrder, "x.request_id "+sqliteOrder
		join, order = sqliteJoin, "seq"
	}

	query := `
SELECT txn, at, kind, id, a, b, c, d, e, f FROM (
  SELECT ` + claimOrder + `, 'claim' AS kind, x.id AS id, CAST(x.user_id AS text) AS a, CAST(x.policy_id AS text) AS b,
    CAST(x.product_id AS text) AS c, CAST(x.license_id AS text) AS d, CAST(x.position AS text) AS e, CAST(l.apps_off AS text) AS f
  FROM claims x JOIN licenses l ON l.tenant_id = x.tenant_id AND l.id = x.license_id` + join + `
  UNION ALL
  SELECT ` + auditOrder + `, 'audit', x.id, x.action, x.object_kind, CAST(x.object_id AS text), x.request_id,
    coalesce(CAST(x.before AS text), ''), coalesce(CAST(x.after AS text), '')
  FROM audit_events x` + join + `) y ORDER BY ` + order

	last := ""

	r.rows(query, func(scan func(...any) error) error {
		var (
			txn, kind, id    string
			at               int64
			a, b, c, d, e, f string
		)

		if err := scan(&txn, &at, &kind, &id, &a, &b, &c, &d, &e, &f); err != nil {
			return err
		}

		if txn != last || len(r.database.Transactions) == 0 {
			r.database.Transactions = append(r.database.Transactions,
				history.Transaction{At: time.UnixMicro(at).Sub(r.start)})
		}

		last = txn
		transaction := &r.database.Transactions[len(r.database.Transactions)-1]

		if kind == "audit" {
			transaction.Audit = append(transaction.Audit, history.AuditRow{
				ID: id, Action: a, Kind: b, Object: c, Request: d, Before: json.RawMessage(e), After: json.RawMessage(f),
			})

			return nil
		}

		claim := history.ClaimRow{ID: id, User: a, Policy: b, Product: c, License: d}
		transaction.Claims = append(transaction.Claims, claim)
		added := &transaction.Claims[len(transaction.Claims)-1]

		return errors.Join(json.Unmarshal([]byte(e), &added.Position), json.Unmarshal([]byte(f), &added.AppsOff))
	})
}

func (r *reader) readState() {
	r.rows("SELECT CAST(id AS text) FROM apps WHERE code = 'TEAMS1'", func(scan func(...any) error) error { return scan(&r.database.App) })
	r.rows("SELECT auto_claim_enabled FROM tenants", func(scan func(...any) error) error { return scan(&r.database.Enabled) })
	r.rows("SELECT CAST(id AS text), external_id, blocked_at IS NOT NULL FROM users", func(scan func(...any) error) error {
		var (
			id, name string
			blocked  bool
		)

		err := scan(&id, &name, &blocked)
		r.database.Users[id], r.database.Blocked[id] = name, blocked

		return err
	})
	r.rows("SELECT CAST(product_id AS text), total, assigned FROM license_pools", func(scan func(...any) error) error {
		var (
			product string
			pool    history.Pool
		)

		err := scan(&product, &pool.Total, &pool.Assigned)
		r.database.Pools[product] = pool

		return err
	})
	r.rows("SELECT CAST(user_id AS text), sum(count) FROM missed_claims GROUP BY user_id", func(scan func(...any) error) error {
		var (
			user  string
			count int
		)

		err := scan(&user, &count)
		r.database.Missed[user] = count

		return err
	})
	r.rows(`SELECT CAST(id AS text), CAST(user_id AS text), CAST(product_id AS text), source, CAST(apps_off AS text), removed_at IS NOT NULL
		FROM licenses`, func(scan func(...any) error) error {
		var (
			license history.License
			off     string
			removed bool
		)

		err := scan(&license.ID, &license.User, &license.Product, &license.Source, &off, &removed)
		if removed {
			license.RemovedAt = &time.Time{}
		}

		r.database.Licenses[license.ID] = license

		return errors.Join(err, json.Unmarshal([]byte(off), &license.AppsOff))
	})
	r.readPolicies()
}

func (r *reader) readPolicies() {
	r.rows(`SELECT CAST(p.id AS text), CAST(p.app_id AS text), p.enabled, p.deleted_at IS NOT NULL, CAST(pp.product_id AS text),
		CAST(pp.apps_off AS text) FROM policies p
		JOIN policy_products pp ON pp.tenant_id = p.tenant_id AND pp.policy_id = p.id ORDER BY p.id, pp.position`,
		func(scan func(...any) error) error {
			var (
				id, app, off     string
				enabled, deleted bool
				product          history.PolicyProduct
			)

			err := scan(&id, &app, &enabled, &deleted, &product.Product, &off)
			if err == nil {
				err = json.Unmarshal([]byte(off), &product.AppsOff)
			}

			policy := r.database.Policies[id]
			policy.ID, policy.App, policy.Enabled = id, app, enabled

			if deleted {
				policy.DeletedAt = &time.Time{}
			}

			policy.Products = append(policy.Products, product)
			r.database.Policies[id] = policy

			return err
		})
}
