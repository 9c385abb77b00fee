package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// claimStatement implements a claim as one SQL statement, and so as one transaction. It is alternative (a). It does less
// than the server: it knows no app toggles and no backup products.
const claimStatement = `\set n random(1, 2000000000)
WITH pool AS (
  UPDATE license_pools SET assigned = assigned + 1
  WHERE tenant_id = '%[1]s' AND product_id = '%[2]s' AND assigned < total
  RETURNING tenant_id, product_id
), person AS (
  INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, created_at)
  SELECT tenant_id, gen_random_uuid(), 'pgbench-' || :client_id || '-' || :n, '', '', '', now() FROM pool
  ON CONFLICT (tenant_id, external_id) DO UPDATE SET external_id = excluded.external_id
  RETURNING tenant_id, id
), license AS (
  INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
  SELECT pool.tenant_id, gen_random_uuid(), person.id, pool.product_id, 'AUTO_CLAIM', '%[3]s', '[]', now()
  FROM pool, person
  RETURNING tenant_id, id, user_id, product_id
), claim AS (
  INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
  SELECT tenant_id, gen_random_uuid(), user_id, '%[3]s', '%[4]s', product_id, id, 0, now() FROM license
  RETURNING tenant_id, product_id
)
INSERT INTO claim_days (tenant_id, day, policy_id, product_id, claims)
SELECT tenant_id, (now() AT TIME ZONE 'UTC')::date, '%[3]s', product_id, 1 FROM claim
ON CONFLICT (tenant_id, day, policy_id, product_id) DO UPDATE SET claims = claim_days.claims + 1;
`

var transactionsPerSecond = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench runs claimStatement over this many connections.
func pgbench(ctx context.Context, database string, ids policyIDs, clients int, duration time.Duration) (sample, error) {
	directory, err := os.MkdirTemp("", "autoclaim-bench-")
	if err != nil {
		return sample{}, fmt.Errorf("make a directory: %w", err)
	}

	defer func() { _ = os.RemoveAll(directory) }()

	script := filepath.Join(directory, "claim.sql")
	text := fmt.Sprintf(claimStatement, ids.tenant, ids.product, ids.policy, ids.app)

	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		return sample{}, fmt.Errorf("write the script: %w", err)
	}

	program, err := testdb.Program("pgbench")
	if err != nil {
		return sample{}, err
	}

	output, err := exec.CommandContext(ctx, program, "--no-vacuum", "--protocol=prepared", "--file="+script, //nolint:gosec // Ours.
		"--client="+strconv.Itoa(clients), "--jobs="+strconv.Itoa(min(2, clients)),
		"--time="+strconv.Itoa(int(duration.Seconds())), database).CombinedOutput()
	if err != nil {
		return sample{}, fmt.Errorf("pgbench: %w\n%s", err, output)
	}

	found := transactionsPerSecond.FindSubmatch(output)
	if found == nil {
		return sample{}, fmt.Errorf("pgbench reported no throughput: %s", output)
	}

	perSecond, err := strconv.ParseFloat(string(found[1]), 64)

	return sample{perSecond: perSecond}, err
}
