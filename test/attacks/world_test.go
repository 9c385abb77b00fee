package attacks

import (
	"database/sql"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const (
	audience = "autoclaim"
	// hostile is the tenant whose users attack, and quiet the one that must not notice.
	hostile = "hostile"
	quiet   = "quiet"
)

// world is a database with a hostile and a quiet tenant, and the issuer of their users' tokens.
type world struct {
	issuer   *oidctest.Provider
	database string
	tenants  map[string]*storetest.Tenant
	policies map[string]licensing.Policy
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{
		issuer: oidctest.New(t), database: storetest.Postgres(t, cluster),
		tenants: make(map[string]*storetest.Tenant), policies: make(map[string]licensing.Policy),
	}
	catalog := storetest.NewWorld(t, storetest.Open(t, w.database))

	for _, name := range []string{hostile, quiet} {
		tenant := catalog.NewTenant(t, name)
		tenant.Buy(t, tenant.E3, 1_000_000)
		w.tenants[name] = tenant
		w.policies[name] = tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
	}

	return w
}

// claims are the claims of a token.
type claims map[string]any

// claimsOf returns valid claims of a user.
func (w *world) claimsOf(tenant, user string, roles ...auth.Role) claims {
	return claims{
		"iss": w.issuer.URL, "aud": audience, "sub": user, "tid": tenant + "-external", "roles": roles,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
}

// token returns a token of a user.
func (w *world) token(t *testing.T, tenant, user string, roles ...auth.Role) string {
	t.Helper()

	payload, err := json.Marshal(w.claimsOf(tenant, user, roles...))
	require.NoError(t, err)

	return sign(t, w.issuer.Current(), payload)
}

// sign signs claims in JSON.
func sign(t *testing.T, key oidctest.SigningKey, payload []byte) string {
	t.Helper()

	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: key.SignatureAlgorithm(), Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()}},
		new(jose.SignerOptions).WithType("JWT"))
	require.NoError(t, err)

	signed, err := signer.Sign(payload)
	require.NoError(t, err)

	token, err := signed.CompactSerialize()
	require.NoError(t, err)

	return token
}

// addClaims adds users of the hostile tenant who have claimed a license.
func (w *world) addClaims(t *testing.T, number int) {
	t.Helper()

	const (
		id = `('00000000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid`
		at = `now() - g * interval '1 second'`
	)

	tenant, policy := w.tenants[hostile], w.policies[hostile]
	w.execute(t, `INSERT INTO users (tenant_id, id, external_id, display_name, email, search_key, created_at)
		SELECT $1, `+id+`, 'member-' || g, 'Member ' || g, '', 'member ' || g, now() FROM generate_series(1, $2::int) g`,
		tenant.ID, number)
	w.execute(t, `INSERT INTO licenses (tenant_id, id, user_id, product_id, source, policy_id, apps_off, assigned_at)
		SELECT $1, `+id+`, `+id+`, $3, 'AUTO_CLAIM', $4, '[]', `+at+` FROM generate_series(1, $2::int) g`,
		tenant.ID, number, tenant.E3.ID, policy.ID)
	w.execute(t, `INSERT INTO claims (tenant_id, id, user_id, policy_id, app_id, product_id, license_id, position, claimed_at)
		SELECT $1, `+id+`, `+id+`, $4, $5, $3, `+id+`, 0, `+at+` FROM generate_series(1, $2::int) g`,
		tenant.ID, number, tenant.E3.ID, policy.ID, tenant.Teams.ID)
	w.execute(t, `UPDATE license_pools SET assigned = assigned + $2 WHERE tenant_id = $1`, tenant.ID, number)
	w.execute(t, `ANALYZE`)
}

func (w *world) execute(t *testing.T, statement string, arguments ...any) {
	t.Helper()

	db, err := sql.Open("pgx", w.database)
	require.NoError(t, err)

	defer db.Close()

	_, err = db.ExecContext(t.Context(), statement, arguments...)
	require.NoError(t, err)
}

// addAuditEvents adds changes of the hostile tenant's admins, with large values before and after.
func (w *world) addAuditEvents(t *testing.T, number int) {
	t.Helper()

	w.execute(t, `INSERT INTO audit_events (tenant_id, id, at, actor, action, object_kind, object_id, before, after, request_id)
		SELECT $1, gen_random_uuid(), now(), 'admin', 'updatePolicy', 'policy', $3, v, v, 'request'
		FROM generate_series(1, $2::int), (SELECT json_build_object('name', repeat('x', 2000)) AS v) value`,
		w.tenants[hostile].ID, number, w.policies[hostile].ID)
}
