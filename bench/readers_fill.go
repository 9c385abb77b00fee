package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// readersTenant is the external id of the tenant whose users read reports at full speed.
	readersTenant = "readers"
	// readersClaims is the number of its users, licenses and claims.
	readersClaims = 300_000
)

// dialect is how a database writes what the statements of fillReaders need. n is the number of a row.
type dialect struct {
	driver string
	// id has a digit that tells the tables apart, and at is the time of a claim within the past 80 days.
	id, at, name string
}

func dialectOf(database string) dialect {
	if strings.HasPrefix(database, "sqlite:") {
		return dialect{
			driver: "sqlite", id: `printf('0%s000000-0000-7000-8000-%%012x', n)`, name: `printf('user-%08d', n)`,
			at: `strftime('%Y-%m-%d %H:%M:%S', 'now', '-' || (n % 80) || ' days', '-' || (n % 3600) || ' seconds') || '+00:00'`,
		}
	}

	return dialect{
		driver: "pgx", id: `('0%s000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`, name: `'user-' || lpad(n::text, 8, '0')`,
		at: `now() - (n % 80) * interval '1 day' - (n % 3600) * interval '1 second'`,
	}
}

// fillReaders creates a second tenant with many claims. Their times are not those of the daily totals, so `autoclaim
// check` would report them.
func (b *testbed) fillReaders(ctx context.Context) error {
	if err := b.createReadersTenant(ctx); err != nil {
		return err
	}

	admin, err := b.server.targetOf(readersTenant, "bench", auth.RoleGlobalAdmin)
	if err != nil {
		return err
	}

	if err := createReadersPolicy(ctx, admin); err != nil {
		return err
	}

	d := dialectOf(b.database)

	db, err := sql.Open(d.driver, strings.TrimPrefix(b.database, "sqlite:"))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}

	defer func() { _ = db.Close() }()

	for _, statement := range d.fillStatements() {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("fill the database: %w: %.100s", err, statement)
		}
	}

	return nil
}

func (b *testbed) createReadersTenant(ctx context.Context) error {
	db, err := store.Open(ctx, b.database)
	if err != nil {
		return err
	}

	_, err = db.CreateTenant(ctx, "Readers", readersTenant, time.Now())

	return errors.Join(err, db.Close())
}

// createReadersPolicy buys licenses of a product and creates a policy that gives them.
func createReadersPolicy(ctx context.Context, admin target) error {
	var found struct {
		Apps struct{ Nodes []struct{ ID string } }
	}
	if err := admin.send(ctx, `{ apps(claimable: true, first: 1) { nodes { id } } }`, nil, &found); err != nil {
		return err
	}

	var including struct {
		Products struct{ Nodes []struct{ ID string } }
	}

	app := found.Apps.Nodes[0].ID
	if err := admin.send(ctx, `query($app: ID!) { products(filter: {includesAppId: $app}, first: 1) { nodes { id } } }`,
		map[string]any{"app": app}, &including); err != nil {
		return err
	}

	product := map[string]any{"productId": including.Products.Nodes[0].ID}

	var ignored any

	return admin.send(ctx, `mutation($product: ID!, $policy: CreatePolicyInput!) {
		setAutoClaimEnabled(input: {enabled: true}) { userErrors { message } }
		createSubscription(input: {productId: $product, quantity: 1000000}) { userErrors { message } }
		createPolicy(input: $policy) { userErrors { message } } }`,
		map[string]any{
			"product": product["productId"],
			"policy":  map[string]any{"name": "Everybody", "appId": app, "products": []any{product}},
		}, &ignored)
}

func (d dialect) fillStatements() []string {
	id := func(table string) string { return fmt.Sprintf(d.id, table) }
	rows := fmt.Sprintf(`WITH RECURSIVE g (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < %d)`, readersClaims-1)
	from := ` FROM g CROSS JOIN (
		SELECT p.tenant_id, p.id AS policy_id, p.app_id, pp.product_id FROM tenants t JOIN policies p ON p.tenant_id = t.id
		JOIN policy_products pp ON pp.tenant_id = p.tenant_id AND pp.policy_id = p.id AND pp.position = 0
		WHERE t.external_id = '` + readersTenant + `') x`

	return []string{
		`INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, last_sign_in_at, created_at) ` + rows +
			` SELECT tenant_id, ` + id("1") + `, ` + d.name + `, '', '', ` + d.name + `, ` + d.at + `, ` + d.at + from,
		`INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at) ` + rows +
			` SELECT tenant_id, ` + id("2") + `, ` + id("1") + `, product_id, 'AUTO_CLAIM', policy_id, '[]', ` + d.at + from,
		`INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at) ` + rows +
			` SELECT tenant_id, ` + id("3") + `, ` + id("1") + `, policy_id, app_id, product_id, ` + id("2") + `, 0, ` + d.at + from,
		`INSERT INTO audit_events (tenant_id, id, at, actor, action, object_kind, object_id, request_id) ` + rows +
			` SELECT tenant_id, ` + id("4") + `, ` + d.at + `, 'admin', 'assignLicense', 'license', ` + id("2") + `, 'fill'` + from,
		`ANALYZE`,
	}
}
