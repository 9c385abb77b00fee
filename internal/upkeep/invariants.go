package upkeep

import (
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// invariant is a rule and a query for what breaks it: rows of the tenant's id and name, and of the object.
type invariant struct {
	// rule is a sentence.
	rule        string
	query       string
	args        []any
	recountable bool
}

// invariants returns the rules, in the order in which they are checked.
func invariants(in store.Snapshot) []invariant {
	return []invariant{
		{rule: "a pool's count of assigned licenses is the number of its active licenses", recountable: true, query: `
SELECT t.id, t.name, 'pool of product ' || p.product_id AS object FROM license_pools p JOIN tenants t ON t.id = p.tenant_id
WHERE p.assigned <> (SELECT count(*) FROM licenses l
	WHERE l.tenant_id = p.tenant_id AND l.product_id = p.product_id AND l.removed_at IS NULL)`},
		{
			rule: "a pool's total is the sum of its counting subscriptions", recountable: true, query: `
SELECT t.id, t.name, 'pool of product ' || p.product_id AS object FROM license_pools p JOIN tenants t ON t.id = p.tenant_id
WHERE p.total <> (SELECT coalesce(sum(s.quantity), 0) FROM subscriptions s
	WHERE s.tenant_id = p.tenant_id AND s.product_id = p.product_id AND s.status IN ?)`,
			args: []any{licensing.CountingStatuses()},
		},
		{
			rule: "a tenant owns at most 2147483647 licenses, and no pool has more assigned", query: `
SELECT t.id, t.name, 'licenses of all products' AS object FROM license_pools p JOIN tenants t ON t.id = p.tenant_id
GROUP BY t.id, t.name HAVING sum(p.total) > ? OR max(p.assigned) > ?`,
			args: []any{licensing.MaxOwned, licensing.MaxOwned},
		},
		{rule: "no two tenants have the same organization, in whatever way its GUID is written", query: `
SELECT t.id, t.name, 'external id ' || t.external_id AS object FROM tenants t
WHERE lower(trim(t.external_id, '{}()')) LIKE '________-____-____-____-____________' AND EXISTS (
	SELECT 1 FROM tenants o WHERE o.id <> t.id AND o.deleted_at IS NULL
		AND lower(trim(o.external_id, '{}()')) = lower(trim(t.external_id, '{}()')))`},
		{rule: "in a tenant that folds external ids, each user has a folded one", query: `
SELECT t.id, t.name, 'user ' || u.id || ', external id ' || u.external_id AS object FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE t.fold_external_ids AND u.folded_id IS NULL`},
		{rule: "a user has at most one active license of a product", query: `
SELECT t.id, t.name, 'user ' || l.user_id || ', product ' || l.product_id AS object
FROM licenses l JOIN tenants t ON t.id = l.tenant_id WHERE l.removed_at IS NULL
GROUP BY t.id, t.name, l.tenant_id, l.user_id, l.product_id HAVING count(*) > 1`},
		{
			rule: "a license that was claimed has exactly one claim", query: `
SELECT t.id, t.name, 'license ' || l.id AS object FROM licenses l JOIN tenants t ON t.id = l.tenant_id
WHERE l.source = ? AND (SELECT count(*) FROM claims c WHERE c.tenant_id = l.tenant_id AND c.license_id = l.id) <> 1`,
			args: []any{licensing.SourceAutoClaim},
		},
		{rule: "a claim names the user, product and policy of its license", query: `
SELECT t.id, t.name, 'claim ' || c.id AS object FROM claims c JOIN tenants t ON t.id = c.tenant_id
LEFT JOIN licenses l ON l.tenant_id = c.tenant_id AND l.id = c.license_id
WHERE l.id IS NULL OR l.user_id <> c.user_id OR l.product_id <> c.product_id
	OR l.policy_id IS NULL OR l.policy_id <> c.policy_id`},
		{rule: "a claimable app has at most one live policy", query: `
SELECT t.id, t.name, 'app ' || p.app_id AS object FROM policies p JOIN tenants t ON t.id = p.tenant_id
WHERE p.deleted_at IS NULL GROUP BY t.id, t.name, p.tenant_id, p.app_id HAVING count(*) > 1`},
		{rule: "no two live policies share a name", query: `
SELECT t.id, t.name, 'policy name ' || p.name_key AS object FROM policies p JOIN tenants t ON t.id = p.tenant_id
WHERE p.deleted_at IS NULL GROUP BY t.id, t.name, p.tenant_id, p.name_key HAVING count(*) > 1`},
		{
			rule: "a policy has 1 to 5 products, in places that follow each other", query: `
SELECT t.id, t.name, 'policy ' || p.id AS object FROM policies p JOIN tenants t ON t.id = p.tenant_id
LEFT JOIN policy_products pp ON pp.tenant_id = p.tenant_id AND pp.policy_id = p.id
GROUP BY t.id, t.name, p.tenant_id, p.id
HAVING count(pp.position) NOT BETWEEN 1 AND ? OR max(pp.position) <> count(pp.position) - 1`,
			args: []any{licensing.MaxPolicyProducts},
		},
		{rule: "a policy's own app is on in all its products", query: `
SELECT t.id, t.name, 'policy ' || p.id AS object FROM policies p JOIN tenants t ON t.id = p.tenant_id
JOIN policy_products pp ON pp.tenant_id = p.tenant_id AND pp.policy_id = p.id
WHERE CAST(pp.apps_off AS text) LIKE '%' || p.app_id || '%'`},
		{rule: "a day's roll-up counts its claims", recountable: true, query: `
SELECT t.id, t.name, 'day ' || d.day || ', policy ' || d.policy_id || ', product ' || d.product_id AS object
FROM (
	SELECT tenant_id, ` + in.DayOfTime("claimed_at") + ` AS day, policy_id, product_id, 1 AS n FROM claims
	UNION ALL
	SELECT tenant_id, ` + in.DayText("day") + `, policy_id, product_id, -claims FROM claim_days
) d JOIN tenants t ON t.id = d.tenant_id
GROUP BY t.id, t.name, d.tenant_id, d.day, d.policy_id, d.product_id HAVING sum(d.n) <> 0`},
		// It may count less: programs for an older schema count days only.
		{rule: "a quarter-hour's roll-up counts no more than its claims", recountable: true, query: `
SELECT t.id, t.name, 'day ' || d.day || ', quarter-hour ' || d.quarter || ', policy ' || d.policy_id ||
	', product ' || d.product_id AS object
FROM (
	SELECT tenant_id, ` + in.DayOfTime("claimed_at") + ` AS day, ` + in.QuarterOfTime("claimed_at") + ` AS quarter,
		policy_id, product_id, 1 AS n FROM claims
	UNION ALL
	SELECT tenant_id, day, quarter, policy_id, product_id, -claims FROM (` + in.StoredQuarters() + `) s
) d JOIN tenants t ON t.id = d.tenant_id
GROUP BY t.id, t.name, d.tenant_id, d.day, d.quarter, d.policy_id, d.product_id HAVING sum(d.n) < 0`},
	}
}
