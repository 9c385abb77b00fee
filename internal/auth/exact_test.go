package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

// signText returns a token with exactly this text as its claims.
func signText(t *testing.T, p *oidctest.Provider, text string, options *jose.SignerOptions) string {
	t.Helper()

	key := p.Current()
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()}}, options)
	require.NoError(t, err)
	signed, err := signer.Sign([]byte(text))
	require.NoError(t, err)
	compact, err := signed.CompactSerialize()
	require.NoError(t, err)

	return compact
}

func TestClaimsAreReadByTheirExactNames(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	end := now.Add(time.Hour).Unix()
	valid := fmt.Sprintf(`"iss": %q, "aud": %q, "sub": "ann", "tid": "acme", "exp": %d`, p.URL, audience, end)

	for name, change := range map[string][2]string{
		"another audience, and ours as AUD": {`"aud": "autoclaim-api"`, `"aud": "other", "AUD": "autoclaim-api"`},
		"the audience as AUD only":          {`"aud"`, `"AUD"`},
		"the issuer as Iss only":            {`"iss"`, `"Iss"`},
		"the issuer with a long s":          {`"iss"`, `"i\u017fs"`},
		"the expiry as EXP only":            {`"exp"`, `"EXP"`},
		"the user as SUB only":              {`"sub"`, `"SUB"`},
		"the user with a long s":            {`"sub"`, `"\u017fub"`},
		"the organization as TID only":      {`"tid"`, `"TID"`},
		"an audience twice":                 {`"aud": "autoclaim-api"`, `"aud": "other", "aud": "autoclaim-api"`},
		"an audience twice, ours first":     {`"aud": "autoclaim-api"`, `"aud": "autoclaim-api", "aud": "autoclaim-api"`},
		"a name twice, once escaped":        {`"aud": "autoclaim-api"`, `"aud": "autoclaim-api", "\u0061ud": "autoclaim-api"`},
		"a name twice in another claim":     {`"sub"`, `"x": [{"y": 1, "y": 2}], "sub"`},
		"a list of audiences with a number": {`"autoclaim-api"`, `["autoclaim-api", 1]`},
		"an audience that is an object":     {`"autoclaim-api"`, `{"autoclaim-api": true}`},
		"text that is not UTF-8":            {`"ann"`, "\"ann\xff\""},
		"half of a character":               {`"ann"`, `"ann\ud800"`},
		"an expiry that overflows":          {fmt.Sprint(end), `9223372036854775807`},
		"an expiry as text":                 {fmt.Sprint(end), `"` + fmt.Sprint(end) + `"`},
		"an expiry out of all range":        {fmt.Sprint(end), `1e400`},
		"a negative expiry":                 {fmt.Sprint(end), `-1`},
		"an nbf that overflows":             {`"exp"`, `"nbf": -9223372036854775808, "exp"`},
		"an nbf that is null":               {`"exp"`, `"nbf": null, "exp"`},
		"deep nesting":                      {`"sub"`, `"x": ` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `, "sub"`},
		"more than one value":               {`"exp"`, `"x": {}} {"exp"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, valid, change[0])

			verifier := verifierOf(t, p, nil)
			_, err := verifier.Verify(t.Context(), signText(t, p, "{"+strings.Replace(valid, change[0], change[1], 1)+"}", nil))

			var refused *auth.TokenError
			require.ErrorAs(t, err, &refused)
		})
	}

	for name, text := range map[string]string{
		"other cases are other claims":  valid + `, "AUD": "other", "Exp": 1, "ROLES": ["GLOBAL_ADMIN"], "SUB": "bob", "Tid": "other"`,
		"a fraction of a second":        strings.Replace(valid, fmt.Sprint(end), fmt.Sprint(end)+".75", 1),
		"the last second of year 9999":  strings.Replace(valid, fmt.Sprint(end), "253402300799", 1),
		"an escaped name is the name":   strings.Replace(valid, `"aud"`, `"\u0061ud"`, 1),
		"an nbf of a long time ago":     valid + `, "nbf": 0`,
		"an object as some other claim": valid + `, "realm_access": {"roles": []}`,
	} {
		got, err := verifierOf(t, p, nil).Verify(t.Context(), signText(t, p, "{"+text+"}", nil))
		require.NoError(t, err, name)
		assert.Equal(t, "ann", got.UserExternalID, name)
		assert.Equal(t, "acme", got.TenantExternalID, name)
		assert.Empty(t, got.Roles.List(), name)
	}
}

func TestAHeaderIsReadByItsExactNames(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	parts := strings.Split(token(t, p, nil), ".")

	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	require.NoError(t, err)

	members := make(map[string]any)
	require.NoError(t, json.Unmarshal(header, &members))
	require.Contains(t, members, "kid")

	for name, text := range map[string]string{
		"ALG":           `{"ALG": "ES256", "kid": "key-1"}`,
		"two kids":      `{"alg": "ES256", "kid": "key-1", "kid": "key-1"}`,
		"two algs":      `{"alg": "none", "alg": "ES256", "kid": "key-1"}`,
		"a list as alg": `{"alg": ["ES256"], "kid": "key-1"}`,
		"a list":        `["ES256"]`,
		"deep nesting":  `{"alg": "ES256", "x": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
		"an empty crit": `{"alg": "ES256", "kid": "key-1", "crit": []}`,
		"b64":           `{"alg": "ES256", "kid": "key-1", "b64": false, "crit": ["b64"]}`,
		"not UTF-8":     "{\"alg\": \"ES256\", \"kid\": \"key-1\", \"x\": \"\xff\"}",
	} {
		changed := base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + parts[1] + "." + parts[2]
		_, err := verifierOf(t, p, nil).Verify(t.Context(), changed)

		var refused *auth.TokenError
		require.ErrorAs(t, err, &refused, name)
		assert.Contains(t, refused.Reason, "malformed", name)
	}

	signed := signText(t, p, string(mustDecode(t, parts[1])), (&jose.SignerOptions{}).WithHeader("KID", "other").WithHeader("Crit", []string{"x"}))
	_, err = verifierOf(t, p, nil).Verify(t.Context(), signed)
	require.NoError(t, err, "other cases are other members")
}

func mustDecode(t *testing.T, part string) []byte {
	t.Helper()

	raw, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)

	return raw
}

func TestATokenHasOneSpelling(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)
	verifier := verifierOf(t, p, nil)
	good := token(t, p, map[string]any{"name": "a name that makes the claims end within a group of four"})
	parts := strings.Split(good, ".")

	_, err := verifier.Verify(t.Context(), good)
	require.NoError(t, err)

	others := map[string]string{
		"a line feed at the end":    good + "\n",
		"a line feed inside":        parts[0] + "\n." + parts[1] + "." + parts[2],
		"a carriage return inside":  parts[0] + "." + parts[1][:8] + "\r\n" + parts[1][8:] + "." + parts[2],
		"a space":                   " " + good,
		"padding":                   parts[0] + "." + parts[1] + "." + parts[2] + "==",
		"the other base64 alphabet": strings.NewReplacer("-", "+", "_", "/").Replace(good) + "+",
		"a fourth part":             good + ".",
		"JSON":                      fmt.Sprintf(`{"protected": %q, "payload": %q, "signature": %q}`, parts[0], parts[1], parts[2]),
		"JSON with signatures": fmt.Sprintf(`{"payload": %q, "signatures": [{"protected": %q, "signature": %q}]}`,
			parts[1], parts[0], parts[2]),
		"JSON with an unprotected header": fmt.Sprintf(
			`{"protected": %q, "payload": %q, "signature": %q, "header": {"kid": "key-1"}}`, parts[0], parts[1], parts[2]),
	}

	// Another last character with the same decoded bytes.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

	for _, c := range alphabet {
		changed := parts[2][:len(parts[2])-1] + string(c)
		if decoded, err := base64.RawURLEncoding.DecodeString(changed); err == nil && changed != parts[2] &&
			string(decoded) == string(mustDecode(t, parts[2])) {
			others["unused bits, "+string(c)] = parts[0] + "." + parts[1] + "." + changed
		}
	}

	require.Greater(t, len(others), 10, "the signature's last character has unused bits")

	for name, text := range others {
		_, err := verifier.Verify(t.Context(), text)

		var refused *auth.TokenError
		require.ErrorAs(t, err, &refused, name)
		assert.Contains(t, refused.Reason, "malformed", name)
	}
}
