package postgres

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAPasswordIsReadExactlyOrTheURLIsRefused(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[ab@:/?#%&=;,+ \\\[\]'"ü\n\x00.0-9]{1,12}`).Draw(t, "password")

		for _, address := range []string{
			"postgres://u:" + password + "@db.example:1/name", "postgres://u@db.example:1/name?password=" + password,
			"postgresql://u:" + password + "@db.example:1,db.example:2/name?sslmode=disable",
		} {
			config, err := parseConfig(address)
			if err != nil {
				require.NotContains(t, err.Error(), "db.example", "the message has no part of the URL")

				continue
			}

			require.Equal(t, "db.example", config.Host, address)
			require.Equal(t, "name", config.Database, address)

			// What a percent encodes is clear.
			decoded, err := url.PathUnescape(password)
			require.NoError(t, err, address)
			require.Equal(t, decoded, config.Password, address)

			for _, fallback := range config.Fallbacks {
				require.Equal(t, "db.example", fallback.Host, address)
			}
		}
	})
}

func TestAnEncodedPasswordMayHoldAnything(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[ab@:/?#%&=;,+ \\\[\]'"ü]{1,12}`).Draw(t, "password")
		encoded := strings.ReplaceAll(url.QueryEscape(password), "+", "%20")

		for _, address := range []string{
			"postgres://u:" + encoded + "@db.example:1/name", "postgres://u@db.example:1/name?sslmode=disable&password=" + encoded,
		} {
			config, err := parseConfig(address)
			require.NoError(t, err, address)
			require.Equal(t, password, config.Password, address)
			require.Equal(t, "db.example", config.Host, address)
		}
	})
}

func TestURLsThatNameADatabaseAreAccepted(t *testing.T) {
	t.Parallel()

	for _, address := range []string{
		"postgres://", "postgres:///name", "postgres://user@localhost/name", "postgresql://user:secret@[::1]:5432/name?sslmode=require",
		"postgres://u@h1:5432,h2:5433/name?target_session_attrs=read-write", "postgres://u@%2Fvar%2Frun%2Fpostgresql/name",
		"postgres:///name?host=/var/run/postgresql&user=u", "postgres://u@h/name?default_query_exec_mode=exec&application_name=a%20b",
		"postgres://u@h/name?options=-c%20statement_timeout%3D5s", "postgres://u:p@h/name?my.setting=1",
	} {
		assert.NoError(t, CheckURL(address), address)
	}
}

func TestURLsThatMakeNoSenseAreRefusedWithARemedy(t *testing.T) {
	t.Parallel()

	for address, remedy := range map[string]string{
		"mysql://u:p@h/name":                    "postgres://USER:PASSWORD@HOST/NAME",
		"host=h password=p":                     "postgres://USER:PASSWORD@HOST/NAME",
		"postgres://u:p@ss/w@h/name":            "percent-encode the user and the password: write @ as %40",
		"postgres://u:p/w@h/name":               "/ as %2F",
		"postgres://u:p?w@h/name":               "? as %3F",
		"postgres://u:p#w@h/name":               "# as %23",
		"postgres://u:p%w@h/name":               "write % itself as %25",
		"postgres://u:p w@h/name":               "white space",
		"postgres://u:p@h:0/name":               "port",
		"postgres://u:p@h:x/name":               "host is not valid",
		"postgres://u:p@h:70000/name":           "from 1 to 65535",
		"postgres://u:p@[::1/name":              "host is not valid",
		"postgres://u@h/name?password=a&b":      "write & as %26",
		"postgres://u@h/name?password=a&b=c":    "unknown parameter",
		"postgres://u@h/name?sslpassword=a&b=c": "percent-encode it",
		"postgres://u:p@h/name?password=p":      "given twice",
		"postgres://u@h/name?user=a&user=b":     "given twice",
		"postgres://u@h/name?a=b=c":             "= as %3D",
	} {
		require.ErrorContains(t, CheckURL(address), remedy, address)
	}
}

func TestANewlineAfterThePasswordIsNoPartOfIt(t *testing.T) {
	for value, expected := range map[string]string{"secret\n": "secret", "secret\r\n": "secret", "secret": "secret"} {
		t.Setenv("PGPASSWORD", value)

		config, err := parseConfig("postgres://u@h/name")
		require.NoError(t, err)
		assert.Equal(t, expected, config.Password)
	}

	t.Setenv("PGPASSWORD", "secret\nsecond line")

	_, err := parseConfig("postgres://u@h/name")
	require.ErrorContains(t, err, "line break")
	assert.NotContains(t, err.Error(), "secret\n")
}

func TestANewlineAfterTheNameOfADatabaseIsNoPartOfIt(t *testing.T) {
	t.Setenv("PGDATABASE", "name\n")
	t.Setenv("PGUSER", "u\r\n")

	config, err := parseConfig("postgres://h")
	require.NoError(t, err)
	assert.Equal(t, "name", config.Database)
	assert.Equal(t, "u", config.User)

	t.Setenv("PGHOST", "h\n")

	_, err = parseConfig("postgres://")
	require.ErrorContains(t, err, "PGHOST")
}
