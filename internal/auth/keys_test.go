package auth_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

// keysServer answers requests to the provider with texts in place of the provider's own answers, by path.
type keysServer struct{ answers sync.Map }

func publishing(keys string) *keysServer {
	k := new(keysServer)
	k.answers.Store(keysPath, keys)

	return k
}

func (k *keysServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if text, ok := k.answers.Load(r.URL.Path); ok {
		return answering(fmt.Sprint(text)).RoundTrip(r)
	}

	return http.DefaultTransport.RoundTrip(r)
}

const keysPath = "/keys"

// fakeClock is a clock that goes only when it is told to. It is safe for concurrent use.
type fakeClock struct{ passed atomic.Int64 }

func (c *fakeClock) now() time.Time           { return now.Add(time.Duration(c.passed.Load())) }
func (c *fakeClock) advance(by time.Duration) { c.passed.Add(int64(by)) }

// longLived returns a token that outlives the tests' clocks.
func longLived(t *testing.T, p *oidctest.Provider, changes map[string]any) string {
	t.Helper()

	claims := map[string]any{"exp": now.Add(24 * time.Hour).Unix()}
	maps.Copy(claims, changes)

	return token(t, p, claims)
}

func TestAWithdrawnKeyEndsWithinTenMinutesWithoutAnyOtherToken(t *testing.T) {
	t.Parallel()

	var refused *auth.TokenError

	for name, after := range map[string]time.Duration{"while it is used": 6 * time.Minute, "after a pause": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p, clock := oidctest.New(t), new(fakeClock)
			verifier := verifierOf(t, p, func(c *auth.Config) { c.Now = clock.now })
			known, unknown := longLived(t, p, nil), longLived(t, p, map[string]any{"sub": "bob"})

			_, err := verifier.Verify(t.Context(), known)
			require.NoError(t, err)

			p.Rotate(t, "key-2")
			p.Withdraw()
			clock.advance(after)

			if after < 10*time.Minute {
				_, err = verifier.Verify(t.Context(), known)
				require.NoError(t, err, "nobody waits for the fetch that begins now")
				require.Eventually(t, func() bool {
					_, err := verifier.Verify(t.Context(), known)

					return errors.As(err, &refused)
				}, 10*time.Second, time.Millisecond)
			}

			for _, signed := range []string{known, unknown} {
				_, err = verifier.Verify(t.Context(), signed)
				require.ErrorAs(t, err, &refused)
			}

			_, err = verifier.Verify(t.Context(), longLived(t, p, nil))
			require.NoError(t, err, "the new key")
		})
	}
}

func TestKeysAreUsedForAnHourWhileTheIssuerDoesNotRespond(t *testing.T) {
	t.Parallel()

	var logs bytes.Buffer

	p, clock, sent := oidctest.New(t), new(fakeClock), new(counting)
	verifier := verifierOf(t, p, func(c *auth.Config) {
		c.Now, c.HTTPClient = clock.now, &http.Client{Transport: sent}
		c.Logger = slog.New(slog.NewTextHandler(&logs, nil))
	})
	known := longLived(t, p, nil)

	_, err := verifier.Verify(t.Context(), known)
	require.NoError(t, err)
	sent.down.Store(true)

	for range 59 {
		clock.advance(time.Minute)
		_, err = verifier.Verify(t.Context(), known)
		require.NoError(t, err, clock.now())
	}

	clock.advance(time.Minute)

	for _, signed := range []string{known, longLived(t, p, map[string]any{"sub": "bob"})} {
		_, err = verifier.Verify(t.Context(), signed)
		require.ErrorIs(t, err, auth.ErrKeysUnavailable, "a key may have been withdrawn")
	}

	sent.down.Store(false)
	clock.advance(time.Minute)
	requireVerifiedSoon(t, verifier, known, "the issuer is back")

	verifier.Close()
	assert.Contains(t, logs.String(), "cannot be fetched; tokens are verified with the last ones")
	assert.Contains(t, logs.String(), "can be fetched again")
}

func TestAnIssuerThatIsAwayIsLoggedOnceAMinute(t *testing.T) {
	t.Parallel()

	var logs bytes.Buffer

	p, clock, sent := oidctest.New(t), new(fakeClock), new(counting)
	verifier := verifierOf(t, p, func(c *auth.Config) {
		c.Now, c.HTTPClient = clock.now, &http.Client{Transport: sent}
		c.Logger = slog.New(slog.NewTextHandler(&logs, nil))
	})
	sent.down.Store(true)

	for range 120 {
		_, err := verifier.Verify(t.Context(), token(t, p, nil))
		require.ErrorIs(t, err, auth.ErrKeysUnavailable)
		clock.advance(time.Second)
	}

	verifier.Close()
	assert.Equal(t, 2, strings.Count(logs.String(), "tokens cannot be verified"), logs.String())
	assert.Regexp(t, `failures_not_logged=1\d`, logs.String())
}

// publish returns the JSON of a public key with changed members.
func publish(t *testing.T, key any, id string, changes map[string]any) string {
	t.Helper()

	raw, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: id})
	require.NoError(t, err)

	members := make(map[string]any)
	require.NoError(t, json.Unmarshal(raw, &members))
	maps.Copy(members, changes)

	raw, err = json.Marshal(members)
	require.NoError(t, err)

	return string(raw)
}

func TestAKeyThatCannotBeUsedDoesNotSpoilTheOthers(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	good := p.Current()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)

	others := []string{
		`null`, `1`, `[]`, `"key"`, `{}`, `{"kty": "OKP", "crv": "X448", "x": "AA"}`, `{"kty": "unknown"}`,
		`{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}`, `{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}`,
		`{"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"}`, `{"kty": "RSA", "n": "", "e": ""}`,
		publish(t, good.Key(), "private", nil),
		publish(t, good.Public(), "key-1", map[string]any{"use": "enc"}),
		publish(t, good.Public(), "key-1", map[string]any{"alg": "RS256"}),
		publish(t, good.Public(), "key-1", map[string]any{"key_ops": []string{"encrypt"}}),
		publish(t, weak.Public(), "weak", nil),
	}
	list := strings.Join(others, ", ")
	mine := publish(t, good.Public(), "key-1", nil)

	verify := func(keys, signed string) error {
		answers := publishing(keys)
		verifier := verifierOf(t, p, func(c *auth.Config) { c.HTTPClient = &http.Client{Transport: answers} })

		_, err := verifier.Verify(t.Context(), signed)

		return err
	}

	valid := token(t, p, nil)
	require.NoError(t, verify(fmt.Sprintf(`{"keys": [%s, %s]}`, list, mine), valid))
	require.NoError(t, verify(fmt.Sprintf(`{"keys": [%s, %s], "more": 1}`, mine, list), valid))

	var refused *auth.TokenError

	for _, keys := range append(others, "", list) {
		require.ErrorAs(t, verify(fmt.Sprintf(`{"keys": [%s]}`, keys), valid), &refused, keys)
	}

	claims := map[string]any{"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "exp": now.Add(time.Hour).Unix()}
	forged := sign(t, jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: weak, KeyID: "weak"}}, claims)
	require.ErrorAs(t, verify(fmt.Sprintf(`{"keys": [%s, %s]}`, list, mine), forged), &refused, "weak keys are not used")

	for _, broken := range []string{
		``, `{`, `[]`, `{}`, `{"keys": 1}`, `{"keys": {}}`, `{"Keys": [` + mine + `]}`,
		`{"keys": [` + mine + `], "keys": []}`, `{"keys": [` + strings.Repeat(mine+",", 1<<20/len(mine)) + mine + `]}`,
	} {
		require.ErrorIs(t, verify(broken, valid), auth.ErrKeysUnavailable, "%.100s", broken)
	}
}

func TestAKeyIsUsedWhateverItsProviderAddsToIt(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	key := p.Current().Public()

	for name, changes := range map[string]map[string]any{
		"nothing":                       nil,
		"a certificate that is not one": {"x5c": []string{"AAAA"}, "x5t": "AAAA", "x5t#S256": "AAAA", "x5u": ":"},
		"a certificate as one text":     {"x5c": "AAAA"},
		"an issuer, as Entra ID":        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0", "cloud_instance_name": "x"},
		"an algorithm":                  {"alg": "ES256"},
		"a use":                         {"use": "sig"},
		"operations":                    {"key_ops": []string{"verify"}},
		"times":                         {"nbf": 1, "exp": 2},
	} {
		answers := publishing(fmt.Sprintf(`{"keys": [{"kty": "new"}, %s]}`, publish(t, key, "key-1", changes)))
		verifier := verifierOf(t, p, func(c *auth.Config) { c.HTTPClient = &http.Client{Transport: answers} })

		_, err := verifier.Verify(t.Context(), token(t, p, nil))
		require.NoError(t, err, name)
	}
}

func TestKeysWithTheSameIDOrWithoutOneAreAllTried(t *testing.T) {
	t.Parallel()

	p, other := oidctest.New(t), oidctest.New(t)
	good, wrong := p.Current(), other.Current()
	claims := map[string]any{"iss": p.URL, "aud": audience, "sub": "ann", "tid": "acme", "exp": now.Add(time.Hour).Unix()}
	unnamed := sign(t, jose.SigningKey{Algorithm: jose.ES256, Key: good.Key()}, claims)

	for _, id := range []string{"key-1", ""} {
		answers := publishing(fmt.Sprintf(`{"keys": [%s, %s]}`,
			publish(t, wrong.Public(), id, nil), publish(t, good.Public(), id, nil)))
		verifier := verifierOf(t, p, func(c *auth.Config) { c.HTTPClient = &http.Client{Transport: answers} })

		_, err := verifier.Verify(t.Context(), unnamed)
		require.NoError(t, err, "key id %q", id)

		_, err = verifier.Verify(t.Context(), token(t, p, nil))
		require.Equal(t, id != "", err == nil, "a token that names its key needs a key with that id")
	}
}

func TestAnIssuerMayMoveItsKeysToAnotherURL(t *testing.T) {
	t.Parallel()

	p, clock, answers := oidctest.New(t), new(fakeClock), new(keysServer)
	verifier := verifierOf(t, p, func(c *auth.Config) {
		c.Now, c.HTTPClient = clock.now, &http.Client{Transport: answers}
	})
	old := longLived(t, p, nil)

	_, err := verifier.Verify(t.Context(), old)
	require.NoError(t, err)

	p.Rotate(t, "key-2")
	answers.answers.Store("/moved", fmt.Sprintf(`{"keys": [%s]}`, publish(t, p.Current().Public(), "key-2", nil)))
	answers.answers.Store("/.well-known/openid-configuration", fmt.Sprintf(`{"issuer": %q, "jwks_uri": "%s/moved"}`, p.URL, p.URL))
	clock.advance(10 * time.Minute)

	var refused *auth.TokenError

	_, err = verifier.Verify(t.Context(), old)
	require.ErrorAs(t, err, &refused, "its key is only at the old URL")
	_, err = verifier.Verify(t.Context(), longLived(t, p, nil))
	require.NoError(t, err)
}

// redirecting answers requests for the keys with a redirect, and those at its target with the keys.
type redirecting struct{ to, keys string }

func (d redirecting) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.URL.String() == d.to:
		return answering(d.keys).RoundTrip(r)
	case r.URL.Path != keysPath:
		return http.DefaultTransport.RoundTrip(r)
	}

	return &http.Response{
		StatusCode: http.StatusFound, Header: http.Header{"Location": {d.to}}, Request: r, Body: http.NoBody,
	}, nil
}

func TestKeysAreNotFetchedOverAPlainRedirect(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	keys := fmt.Sprintf(`{"keys": [%s]}`, publish(t, p.Current().Public(), "key-1", nil))

	for target, accepted := range map[string]bool{
		"https://login.example/keys": true, "http://login.example/keys": false, "ftp://login.example/keys": false,
		"http://127.0.0.1.login.example/keys": false,
	} {
		verifier := verifierOf(t, p, func(c *auth.Config) {
			c.HTTPClient = &http.Client{Transport: redirecting{target, keys}}
		})

		_, err := verifier.Verify(t.Context(), token(t, p, nil))
		if accepted {
			require.NoError(t, err, target)
		} else {
			require.ErrorIs(t, err, auth.ErrKeysUnavailable, target)
		}
	}
}
