package attacks

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/devprovider"
)

const viewer = `{ viewer { externalId } }`

// isStranger checks that a token was refused.
func (a answer) isStranger(t *testing.T, what ...any) {
	t.Helper()

	assert.Equal(t, http.StatusUnauthorized, a.status, append([]any{string(a.body)}, what...)...)
	assert.Equal(t, []string{"UNAUTHENTICATED"}, a.codes(), what...)
}

func TestClaimsAreReadByTheirExactNames(t *testing.T) {
	t.Parallel()

	s := serve(t)
	valid := s.claimsOf(hostile, "ann", auth.RoleGlobalAdmin)

	s.survives(func(*signIns) {
		for _, names := range [][2]string{{"aud", "AUD"}, {"aud", "Aud"}, {"iss", "ISS"}, {"exp", "EXP"}, {"sub", "SUB"}, {"tid", "TID"}} {
			for _, value := range []any{"other", 1, nil} {
				changed := maps.Clone(valid)
				changed[names[1]] = valid[names[0]]
				if changed[names[0]] = value; value == nil {
					delete(changed, names[0])
				}

				if names[0] == "sub" && value == "other" || names[0] == "tid" && value == "other" {
					continue // These are valid: another user, and another organization.
				}

				payload, err := json.Marshal(changed)
				require.NoError(t, err)
				s.run(sign(t, s.issuer.Current(), payload), viewer, "").isStranger(t, names[1], value)
			}
		}

		payload, err := json.Marshal(s.claimsOf(hostile, "ann"))
		require.NoError(t, err)

		admin := strings.TrimSuffix(string(payload), "}") + `,"Roles":["GLOBAL_ADMIN"],"ROLES":["GLOBAL_ADMIN"]}`
		got := s.run(sign(t, s.issuer.Current(), []byte(admin)), `{ users { totalCount } }`, "")
		assert.Equal(t, []string{"FORBIDDEN"}, got.codes(), "a role in another claim is no role")
	})
}

func TestATokenHasOneSpelling(t *testing.T) {
	t.Parallel()

	s := serve(t)
	token := s.token(t, hostile, "ann")

	s.survives(func(*signIns) {
		parts := strings.Split(token, ".")
		last := parts[2][len(parts[2])-1]

		for name, spelled := range map[string]string{
			"padding":               token + "==",
			"a part more":           token + ".",
			"the same bits":         token[:len(token)-1] + string(alphabet[strings.IndexByte(alphabet, last)|1]),
			"no signature":          parts[0] + "." + parts[1] + ".",
			"a signature of others": strings.Join(append(parts[:2:2], strings.Repeat("A", len(parts[2]))), "."),
			"a line":                parts[0] + "." + parts[1] + ".\t" + parts[2],
			"the other alphabet":    parts[0] + "." + parts[1] + "./+" + parts[2][2:],
		} {
			got, err := s.exchange(head("GET", spelled))
			if assert.NoError(t, err, name) {
				got.isStranger(t, name)
			}
		}

		assert.Equal(t, http.StatusOK, s.run(token, viewer, "").status)
	})
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func TestAWithdrawnKeySignsNothing(t *testing.T) {
	t.Parallel()

	s := serve(t)

	s.survives(func(*signIns) {
		withdrawn := s.issuer.Current()
		known := s.token(t, hostile, "ann", auth.RoleGlobalAdmin)
		require.Equal(t, http.StatusOK, s.run(known, viewer, "").status)

		s.issuer.Rotate(t, fmt.Sprint("key-", time.Now().UnixNano()))
		// The server has to fetch the keys of the quiet tenant's sign-ins, which use the old key.
		require.Equal(t, http.StatusOK, s.run(s.token(t, hostile, "ann"), viewer, "").status)

		payload, err := json.Marshal(s.claimsOf(hostile, "ann", auth.RoleGlobalAdmin))
		require.NoError(t, err)

		require.Equal(t, http.StatusOK, s.run(sign(t, withdrawn, payload), viewer, "").status, "old keys are valid until they are withdrawn")
	})

	withdrawn := s.issuer.Current()
	known := s.token(t, hostile, "ann", auth.RoleGlobalAdmin)
	require.Equal(t, http.StatusOK, s.run(known, viewer, "").status)

	s.issuer.Rotate(t, "last")
	s.issuer.Withdraw()

	payload, err := json.Marshal(s.claimsOf(hostile, "eve", auth.RoleGlobalAdmin))
	require.NoError(t, err)
	// A token with the new key makes the server fetch the keys, at latest when the limit of fetches allows it again.
	require.Eventually(t, func() bool {
		return s.run(s.token(t, hostile, "bob"), viewer, "").status == http.StatusOK
	}, patience, 100*time.Millisecond)

	for range 2 {
		s.run(sign(t, withdrawn, payload), viewer, "").isStranger(t, "a new token")
		s.run(known, viewer, "").isStranger(t, "a token that was verified before")
	}
}

func TestUnknownKeysLeadToFewFetches(t *testing.T) {
	t.Parallel()

	s := serve(t)
	genuine := s.token(t, hostile, "ann")
	_, rest, _ := strings.Cut(genuine, ".")

	s.survives(func(others *signIns) {
		const mostFetches = 12

		before := s.issuer.Fetches()

		inParallel(1000, func(i int) {
			header := fmt.Sprintf(`{"alg":"ES256","kid":"unknown-%d"}`, i)

			got, err := s.exchange(head("GET", base64URL(header)+"."+rest))
			if assert.NoError(t, err) {
				got.isStranger(t)
			}
		})

		others.areAnswered()
		assert.LessOrEqual(t, s.issuer.Fetches()-before, mostFetches)
		assert.Equal(t, http.StatusOK, s.run(genuine, viewer, "").status)
	})
}

func TestTheDevelopmentProviderSendsCodesNowhereElse(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	s := launch(t, w, "--dev")

	for range 2 {
		for _, elsewhere := range []string{
			"http://127.0.0.1:1@evil.example/callback", "http://127.0.0.1:1%40evil.example/callback",
			"http://127.0.0.1:1@evil.example:80/callback", "http://localhost:1@evil.example/callback",
			"http://user@127.0.0.1:1/callback", "http://user:password@localhost:1/callback",
			"http://127.0.0.1:1\\@evil.example/callback", "http://127.0.0.1:1#@evil.example/callback",
			"http://127.0.0.1:1?@evil.example/callback", "http://127.0.0.1:1/x/../callback", "http://127.0.0.1:x/callback",
			"http://127.0.0.1.evil.example:1/callback", "http://evil.example/127.0.0.1:1/callback", "//evil.example/callback",
			"http://127.0.0.1:1/callback#fragment", "javascript://127.0.0.1:1/callback", "http://127.0.0.1:/callback@evil.example/callback",
			"http://127.0.0.1:1/callback/", "http://127.0.0.1:1/callback\r\nX: 1", "http://127.0.0.1:99999/callback", "http://127.0.0.1:-1/callback",
		} {
			query := url.Values{
				"client_id": {devprovider.SignInClient}, "response_type": {"code"}, "scope": {"openid"}, "state": {"state"},
				"redirect_uri": {elsewhere},
			}
			got, err := s.exchange("GET " + devprovider.Path + "authorize?" + query.Encode() + " HTTP/1.1\r\nHost: " + s.address + "\r\n\r\n")
			require.NoError(t, err, elsewhere)
			assert.GreaterOrEqual(t, got.status, http.StatusBadRequest, elsewhere)
			assert.Empty(t, got.header.Get("Location"), elsewhere)
		}
	}
}
