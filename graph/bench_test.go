package graph_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// BenchmarkClaimThroughTheServer measures a claim without its connection. A claim that is refused before it reads the
// database shows how much of that is the server's own work.
func BenchmarkClaimThroughTheServer(b *testing.B) {
	world := storetest.NewWorld(b, storetest.Open(b, storetest.Postgres(b, cluster)))
	tenant := world.NewTenant(b, "acme")
	tenant.Buy(b, tenant.E3, 10)
	tenant.Policy(b, "Teams", tenant.Teams, tenant.E3)

	issuer, err := auth.OpenDevIssuer(filepath.Join(b.TempDir(), "key.json"), time.Now)
	require.NoError(b, err)
	token, err := issuer.Sign(auth.Identity{
		TenantExternalID: tenant.ExternalID, UserExternalID: "sign-in", Roles: auth.NewRoles(auth.RoleSignInService),
	}, time.Hour)
	require.NoError(b, err)

	claims := claiming.New(world.Store, time.Now, storetest.Logger())
	b.Cleanup(claims.Close)

	authenticate := server.Authenticator(issuer.Verifier(), world.Store, storetest.Logger())
	api := server.NewAPI(server.APIConfig{
		Store: world.Store, Claiming: claims, Logger: storetest.Logger(), Now: time.Now, Authenticate: authenticate,
	})
	handler := server.New(server.Config{
		GraphQL: api.GraphQL, Authenticate: authenticate, Ready: world.Store.Ping, Logger: storetest.Logger(),
	}).Handler()

	b.Cleanup(api.EndStreams)

	request := func(user string) string {
		const query = `mutation Claim($input: ClaimLicenseInput!) { claimLicense(input: $input) { outcome message license { id } userErrors { code message } } }`

		return `{"query": "` + query + `", "variables": {"input": {"app": "TEAMS1", "user": "` + user + `"}}}`
	}

	for _, c := range []struct{ name, user, answer string }{
		{"the first", "ann", `"CLAIMED"`}, {"of a licensed user", "ann", `"ALREADY_LICENSED"`}, {"refused", "", `"INVALID_INPUT"`},
	} {
		send := func() {
			r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(request(c.user)))
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")

			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)

			if !strings.Contains(w.Body.String(), c.answer) {
				b.Fatal(w.Body.String())
			}
		}

		if c.name == "the first" { // There is only one first claim, so it is not measured.
			send()

			continue
		}

		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()

			for b.Loop() {
				send()
			}
		})
	}
}
