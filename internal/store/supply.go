package store

import (
	"context"
	"fmt"
)

// Supply is what the policies of all tenants have left to give at one moment.
type Supply struct {
	// Policies is the number of policies that are on, in tenants whose auto-claim is on. OutOfLicenses of them have no
	// product with a license left.
	Policies, OutOfLicenses int
	// Pools is the number of pools that these policies take licenses from. Exhausted of them have no license left.
	Pools, Exhausted int
	// OverAssigned is the number of pools, of all tenants, with more licenses assigned than their total, as after the
	// lapse of a subscription.
	OverAssigned int
}

// livePolicies defines the policies that give licenses, and the pools of their products. A product that no longer includes
// the policy's app gives none; see [licensing.Policy.Gives].
const livePolicies = `
live AS (
  SELECT p.tenant_id, p.id, p.app_id FROM policies p JOIN tenants t ON t.id = p.tenant_id
  WHERE p.enabled AND p.deleted_at IS NULL AND t.auto_claim_enabled
),
taking AS (
  SELECT l.tenant_id, l.id, pp.product_id, pa.app_id IS NOT NULL AS gives,
    lp.total > lp.assigned AND pa.app_id IS NOT NULL AS has_some
  FROM live l
  JOIN policy_products pp ON pp.tenant_id = l.tenant_id AND pp.policy_id = l.id
  JOIN license_pools lp ON lp.tenant_id = pp.tenant_id AND lp.product_id = pp.product_id
  LEFT JOIN product_apps pa ON pa.product_id = pp.product_id AND pa.app_id = l.app_id
)`

// supplyQuery reads the live policies once and the pools once.
const supplyQuery = `
WITH ` + livePolicies + `,
per_policy AS (SELECT max(CASE WHEN has_some THEN 1 ELSE 0 END) AS has_some FROM taking GROUP BY tenant_id, id),
per_pool AS (SELECT max(CASE WHEN has_some THEN 1 ELSE 0 END) AS has_some FROM taking WHERE gives GROUP BY tenant_id, product_id)
SELECT
  (SELECT count(*) FROM per_policy) AS policies,
  (SELECT count(*) FROM per_policy WHERE has_some = 0) AS out_of_licenses,
  (SELECT count(*) FROM per_pool) AS pools,
  (SELECT count(*) FROM per_pool WHERE has_some = 0) AS exhausted,
  (SELECT count(*) FROM license_pools WHERE assigned > total) AS over_assigned`

// Supply reads all tenants' policies and pools, but no licenses: it is quick on a large database.
func (s *Store) Supply(ctx context.Context) (Supply, error) {
	var supply Supply
	if err := s.database.Reader().WithContext(ctx).Raw(supplyQuery).Scan(&supply).Error; err != nil {
		return Supply{}, fmt.Errorf("count what policies have left: %w", err)
	}

	return supply, nil
}
