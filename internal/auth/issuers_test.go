package auth_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

// table returns the verifier of two providers, each with its tenants, and the providers.
func table(t *testing.T, first, second []string) (verifier auth.Verifier, a, b *oidctest.Provider) {
	t.Helper()

	a, b = oidctest.New(t), oidctest.New(t)
	clock := func() time.Time { return now }

	verifier, err := auth.NewOIDC(t.Context(),
		auth.Config{Issuer: a.URL, Audience: audience, Tenants: first, Now: clock, InTable: true},
		auth.Config{
			Issuer: b.URL, Audience: "b-api", Tenants: second, TenantClaim: "org", UserClaim: "uid", RolesClaim: "groups",
			RoleMapping: map[string]string{"admins": "GLOBAL_ADMIN"}, Now: clock, InTable: true,
		})
	require.NoError(t, err)
	t.Cleanup(verifier.Close)

	return verifier, a, b
}

func TestEachIssuerHasItsOwnSettingsAndTenants(t *testing.T) {
	t.Parallel()

	verifier, a, b := table(t, []string{"acme", contoso}, []string{"beta"})
	ofB := func(changes map[string]any) map[string]any {
		claims := map[string]any{"aud": "b-api", "tid": nil, "org": "beta", "sub": nil, "uid": "bob", "groups": []string{"admins"}}
		maps.Copy(claims, changes)

		return claims
	}

	got, err := verifier.Verify(t.Context(), token(t, a, nil))
	require.NoError(t, err)
	assert.Equal(t, "acme", got.TenantExternalID)
	assert.Equal(t, []auth.Role{auth.RoleGlobalReader}, got.Roles.List())

	got, err = verifier.Verify(t.Context(), token(t, b, ofB(nil)))
	require.NoError(t, err)
	assert.Equal(t, "beta", got.TenantExternalID)
	assert.Equal(t, "bob", got.UserExternalID)
	assert.Equal(t, []auth.Role{auth.RoleGlobalAdmin}, got.Roles.List())

	_, err = verifier.Verify(t.Context(), token(t, a, map[string]any{"tid": strings.ToUpper(contoso)}))
	require.NoError(t, err, "a GUID in capitals is the same")

	for name, signed := range map[string]string{
		"a tenant of the other issuer":        token(t, b, ofB(map[string]any{"org": "acme"})),
		"a tenant of the other, in its claim": token(t, a, map[string]any{"tid": "beta"}),
		"a tenant of none":                    token(t, a, map[string]any{"tid": "gamma"}),
	} {
		for range 2 { // It is not cached as valid.
			_, err = verifier.Verify(t.Context(), signed)
			require.ErrorIs(t, err, auth.ErrUnknownTenant, name)
		}
	}

	for name, signed := range map[string]string{
		"the other's name":     token(t, b, ofB(map[string]any{"iss": a.URL, "aud": audience, "tid": "acme", "sub": "ann"})),
		"the other's audience": token(t, b, ofB(map[string]any{"aud": audience})),
		"the other's claims":   token(t, a, ofB(map[string]any{"aud": audience})),
		"a third issuer":       token(t, a, map[string]any{"iss": "https://login.third.example"}),
	} {
		_, err = verifier.Verify(t.Context(), signed)

		var refused *auth.TokenError
		require.ErrorAs(t, err, &refused, name)
		assert.NotContains(t, refused.Reason, b.URL, "%s: one customer's provider is nothing for others", name)
	}
}

func TestAnIssuerForAllOtherTenantsHasNoneOfTheNamedOnes(t *testing.T) {
	t.Parallel()

	verifier, a, b := table(t, []string{"*"}, []string{"beta"})

	_, err := verifier.Verify(t.Context(), token(t, a, map[string]any{"tid": "gamma"}))
	require.NoError(t, err)
	_, err = verifier.Verify(t.Context(), token(t, a, map[string]any{"tid": "beta"}))
	require.ErrorIs(t, err, auth.ErrUnknownTenant)
	_, err = verifier.Verify(t.Context(), token(t, b, map[string]any{"aud": "b-api", "org": "gamma", "uid": "bob"}))
	require.ErrorIs(t, err, auth.ErrUnknownTenant)
}

func TestATableOfIssuersThatLetsOneSpeakForAnothersTenantsIsRefused(t *testing.T) {
	t.Parallel()

	of := func(issuer string, tenants ...string) auth.Config {
		return auth.Config{Issuer: issuer, Audience: "a", Tenants: tenants, InTable: true}
	}
	v1, v2 := of("https://sts.windows.net/{tenantid}/", "*"), of("https://login.microsoftonline.com/{tenantid}/v2.0", "*")

	for message, configs := range map[string][]auth.Config{
		"tenants of https://b in --issuers is empty": {of("https://a", "x"), of("https://b")},
		"is there twice":           {of("https://a", "x"), of("https://a", "y")},
		"several issuers have":     {of("https://a", "*"), of("https://b", "*")},
		"could sign tokens for":    {v1, of("https://b", "*")},
		"no organization's id":     {of("https://a", " x")},
		"cannot be used together":  {{Issuer: "https://a", Audience: "a", Tenants: []string{"x"}, FixedTenant: "y"}},
		"would give one tenant":    {{Issuer: "https://login.microsoftonline.com/organizations/v2.0", Audience: "a", FixedTenant: "y"}},
		"only {tenantid}":          {of("https://login.example/{tenant}/v2.0")},
		"must start with https://": {of("http://login.example")},
		"there is no issuer":       {},
	} {
		require.ErrorContains(t, auth.CheckIssuers(configs...), message)
	}

	require.NoError(t, auth.CheckIssuers(v1, v2, of("https://b", "beta")), "these name the organization in their iss")
	require.NoError(t, auth.CheckIssuers(of("https://a", "x"), of("https://b", "x")), "the operator may name a tenant twice")
}

func TestAProviderWithAnotherNameIsRefusedWithWhatToWrite(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		given, names string
		messages     []string
	}{
		"no slash":                   {"", "/", []string{"--issuer is", "the slash at its end counts"}},
		"a slash too many":           {"/realms/acme/", "/realms/acme", []string{"the slash at its end counts"}},
		"Entra ID's personal users":  {"/consumers/v2.0", "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", []string{"/9188040d-", "--jwks-url"}},
		"version 2.0 at version 1.0": {"/organizations/v2.0", "https", []string{"names itself"}},
		"B2C":                        {"/contoso.onmicrosoft.com/policy/v2.0", "/" + contoso + "/v2.0/", []string{"--issuer", "--jwks-url", contoso}},
	} {
		p := oidctest.New(t)
		p.Configuration = map[string]any{"issuer": p.URL + test.names}

		_, err := auth.NewOIDC(t.Context(), auth.Config{Issuer: p.URL + test.given, Audience: audience})
		require.Error(t, err, name)

		for _, message := range test.messages {
			assert.ErrorContains(t, err, message, name)
		}
	}
}

func TestAProviderThatDoesNotRespondKeepsTheServerFromBeingReadyUntilItDoes(t *testing.T) {
	t.Parallel()

	p, clock, sent := oidctest.New(t), new(fakeClock), new(counting)
	logger, logs := logged()

	sent.down.Store(true)

	verifier := verifierOf(t, p, func(c *auth.Config) {
		c.HTTPClient, c.Now, c.Logger = &http.Client{Transport: sent}, clock.now, logger
	})
	signed := longLived(t, p, nil)

	require.ErrorContains(t, verifier.Ready(t.Context()), p.URL)
	_, err := verifier.Verify(t.Context(), signed)
	require.ErrorIs(t, err, auth.ErrKeysUnavailable)
	assert.Contains(t, logs.String(), "--issuer")

	sent.down.Store(false)
	clock.advance(time.Minute)
	require.NoError(t, verifier.Ready(t.Context()))
	_, err = verifier.Verify(t.Context(), signed)
	require.NoError(t, err)

	sent.down.Store(true)
	clock.advance(2 * time.Hour)
	require.NoError(t, verifier.Ready(t.Context()), "an outage later does not take the server away from its other users")
}

func TestOneProviderThatIsDownKeepsNoOtherOnesUsersOut(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	clock := func() time.Time { return now }

	verifier, err := auth.NewOIDC(t.Context(),
		auth.Config{Issuer: "http://127.0.0.1:1", Audience: audience, Tenants: []string{"x"}, Now: clock},
		auth.Config{Issuer: p.URL, Audience: audience, Tenants: []string{"acme"}, Now: clock})
	require.NoError(t, err)
	t.Cleanup(verifier.Close)

	require.NoError(t, verifier.Ready(t.Context()))
	_, err = verifier.Verify(t.Context(), token(t, p, nil))
	require.NoError(t, err)
}

func TestAWrongAnswerOfTheProviderStopsTheServer(t *testing.T) {
	t.Parallel()

	answers := map[string]string{
		"/page/.well-known/openid-configuration":  "<html>",
		"/plain/.well-known/openid-configuration": `{"issuer": "URL/plain", "jwks_uri": "http://login.example/keys"}`,
		"/keys": "<html>",
	}

	var server *httptest.Server

	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}

		_, _ = w.Write([]byte(strings.ReplaceAll(text, "URL", server.URL)))
	}))
	t.Cleanup(server.Close)

	for message, config := range map[string]auth.Config{
		"404 Not Found":        {Issuer: server.URL + "/nothing"},
		"is not a JSON object": {Issuer: server.URL + "/page"},
		"https://":             {Issuer: server.URL + "/plain"},
		"list of keys":         {Issuer: "https://login.example", JWKSURL: server.URL + "/keys", AllowPlainHTTPKeys: true},
		"from " + server.URL:   {Issuer: "https://login.example", JWKSURL: server.URL + "/none", AllowPlainHTTPKeys: true},
	} {
		config.Audience = audience
		_, err := auth.NewOIDC(t.Context(), config)
		require.ErrorContains(t, err, message)
	}
}

func TestKeysAreFetchedWithoutTLSFromPrivateAddressesOnRequestOnly(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	inCluster := auth.Config{
		Issuer: "https://login.example", Audience: audience, JWKSURL: p.KeysURL(), Now: func() time.Time { return now },
	}

	_, err := auth.NewOIDC(t.Context(), inCluster)
	require.ErrorContains(t, err, "--allow-plain-http-keys")

	inCluster.AllowPlainHTTPKeys = true
	verifier, err := auth.NewOIDC(t.Context(), inCluster)
	require.NoError(t, err, "the issuer itself is not asked")
	t.Cleanup(verifier.Close)

	_, err = verifier.Verify(t.Context(), token(t, p, map[string]any{"iss": "https://login.example"}))
	require.NoError(t, err)

	var refused *auth.TokenError

	_, err = verifier.Verify(t.Context(), token(t, p, nil))
	require.ErrorAs(t, err, &refused, "the issuer is compared all the same")

	for _, address := range []string{
		"http://8.8.8.8/keys", "http://[2001:4860:4860::8888]/keys", "http://169.254.169.254/keys", "http://[::ffff:8.8.8.8]/keys",
		"http://0.0.0.0/keys", "http://100.64.0.1/keys", "ftp://10.0.0.1/keys", "10.0.0.1/keys",
	} {
		inCluster.JWKSURL = address
		require.Error(t, auth.CheckIssuers(inCluster), address)
	}

	for _, address := range []string{
		"http://10.1.2.3/keys", "http://192.168.0.1:8080/keys", "http://172.16.0.1/keys", "http://[fd00::1]/keys", "http://[::1]/keys",
		"http://keycloak.sso.svc:8080/realms/acme/protocol/openid-connect/certs", "https://login.example/keys?appid=1",
	} {
		inCluster.JWKSURL = address
		require.NoError(t, auth.CheckIssuers(inCluster), address)
	}
}

func TestARedirectToAPublicAddressWithoutTLSIsNotFollowed(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	target := p.KeysURL()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusFound)
	}))
	t.Cleanup(server.Close)

	config := auth.Config{Issuer: "https://login.example", Audience: audience, JWKSURL: server.URL, AllowPlainHTTPKeys: true}
	_, err := auth.NewOIDC(t.Context(), config)
	require.NoError(t, err)

	for _, public := range []string{"http://8.8.8.8/keys", "http://169.254.169.254/keys", "http://[2001:4860:4860::8888]/keys"} {
		parsed, err := url.Parse(public)
		require.NoError(t, err)

		target = public
		_, err = auth.NewOIDC(t.Context(), config)
		require.ErrorContains(t, err, fmt.Sprintf("%s is neither a private nor a loopback address", parsed.Hostname()))
	}
}

func TestTheIssuerOfPersonalAccountsIsRefusedWithoutAskingTheProvider(t *testing.T) {
	t.Parallel()

	err := auth.CheckIssuers(auth.Config{Issuer: "https://login.microsoftonline.com/consumers/v2.0", Audience: "a"})
	assert.ErrorContains(t, err, "write https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0")
}
