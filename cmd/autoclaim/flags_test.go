package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
)

// senseless has texts that no flag of a kind may have. Each kind needs an entry.
var senseless = map[string][]string{
	"database": {
		"mysql://u@h/db", "postgres:/h", "postgres://u:p@q@h/db", "postgres://h:0/db", "postgres://h/db?x", "'postgres://u@h/db'",
		" postgres://h/db", "postgres://h/db ", "POSTGRES://h/db", "sqlite:", "sqlite::memory:", "sqlite:/", "sqlite://x.db", "autoclaim.db",
	},
	"address": {
		"8080", "127.0.0.1", "127.0.0.1:", ":http", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:08080", "127.0.0.1:+80", "::1:8080",
		"http://127.0.0.1:8080", "a b:1", "127.0.0.1:8080/", "[::1:8080", " :80",
	},
	"origin": {
		"admin.example.com", "//admin.example.com", "https://", "ftp://a", "https://a/", "https://a/path", "https://a?q", "https://a#f",
		"https://a:443", "http://a:80", "https://a:0", "https://a:", "https://a:x", "https://a:65536", "https://a:0443", "https://A.example",
		"HTTPS://a", "null", "https://*.example.com", "https://*", "**", "https://u@a", "https://u:p@a", "https://a b", " https://a", "https://a ",
		"https://ü.example", "https://a,", ",https://a", "https://a,,https://b", "https://a,https://a", "https://a;https://b", "https://[::0:1]",
		"https://a\\", "file://", "https://a..b", "*,https://a ", "NULL", "https://admin.example.com/graphql/", "admin.example.com:443",
		"https://%61.example", "https://127.1", "https://0x7f.1", "https://2130706433", "https://1.2.3.04", "https://127.0.0.1.",
		"https://[::ffff:192.0.2.1]", "https://[2001:DB8::1]", "https://[2001:db8::1]:443", "https://[fe80::1%25eth0]", "https://::1",
		"https:a", "https:/a", "https:///a", "wss://a", "https://a:443/", "https://xn--.ü",
	},
	"network": {
		"localhost", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0", "010.0.0.1", "10.0.0.1:80", "[::1]", "fe80::1%eth0",
		"::ffff:10.0.0.0/104", "2001:db8::1/32", "10.0.0.1,", "10.0.0.1, 10.0.0.2", "10.0.0.1-10.0.0.9", "*", " 10.0.0.1", "10.0.0.1/", "/8",
		"10.0.0.1,10.0.0.1",
	},
	"public-url": {
		"example.com", "//example.com", "/autoclaim", "https://", "ftp://example.com", "https://example.com?x", "https://example.com/#x",
		"https://example.com/?", "https://u@example.com", "https://u:p@example.com/a", "https://example.com:0", "https://example.com:",
		"https://example.com:99999", "https://example.com//a", "https://example.com/a//", "https://example.com/a/../b", "https://example.com/.",
		"https://example.com/..", "https://example.com/a b", "https://example.com/%61", "https://example.com/ü", "https://ü.example", "https://127.1",
		"https://example.com/a;b", "https://example.com/{a}", "https://example.com/graphql", "https://example.com/console/",
		"https://example.com/playground/x", "https://example.com/reports", "https://example.com/oidc", "https://example.com/healthz",
		"https://*.example.com", "*", "null", " https://example.com", "https://example.com/ ", "https:/example.com", "https://a,https://b",
	},
	"issuer": {
		"login.example", "http://login.example", "ftp://login.example", "https://", "https:///x", "https://a?q=1", "https://a#f", "https://u@a",
		"https://u:p@a", "https://a:x", "https://a:0", "https://a b", " https://a", "http://127.0.0.1.example", "http://localhost.example",
	},
	"keys-url": {
		"login.example/keys", "ftp://login.example/keys", "https://", "https:///x", "https://a#f", "https://u@a", "https://a:x", "https://a b",
		" https://a", "http://8.8.8.8/keys", "http://[2001:db8::1]/keys", "http://169.254.169.254/keys", "HTTPS://a", `"https://a"`,
	},
	"claim":       {" ", "a b", " roles", "roles ", "a\tb"},
	"external-id": {" ", " a", "a ", "a\nb", strings.Repeat("x", 256)},
	"label":       {" ", " a", "a ", "a\nb", "a\x00b", "\xff", `"a"`, "'a'", "a\ufeff\u0085"},
	"scopes":      {" ", "profile", "openid  profile", " openid", "openid ", "openid,profile", `openid "x"`, "open id"},
	"role":        {"ADMIN", "global_admin", "GLOBAL_ADMIN ", "*"},
	"role-map": {
		"a", "=", "a=", "=GLOBAL_ADMIN", "a=ADMIN", "a=global_admin", "GLOBAL_ADMIN=license-admin", "a=GLOBAL_ADMIN,b=GLOBAL_READER",
		"a=GLOBAL_ADMIN;", ";a=GLOBAL_ADMIN", "a=GLOBAL_ADMIN;;b=GLOBAL_READER", "a=GLOBAL_ADMIN;a=GLOBAL_READER", " a=GLOBAL_ADMIN",
		"a=GLOBAL_ADMN", "a=GlobalAdmin", "a=GLOBAL-ADMIN", "a=GLOBAL_ADMIN b=GLOBAL_READER", "a=GLOBAL_ADMIN|b=GLOBAL_READER", "GLOBAL_ADMIN",
		"a=GLOBAL_ADMIN；b=GLOBAL_READER", "a＝GLOBAL_ADMIN", `{"a": "GLOBAL_ADMIN"}`, `"a=GLOBAL_ADMIN"`, "a=GLOBAL_ADMIN; ", " ",
		"a=GLOBAL_ADMIN; b=GLOBAL_READER", "a=GLOBAL_ADMIN ", "a = GLOBAL_ADMIN", "a:GLOBAL_ADMIN", "a=GLOBAL_ADMIN=x", "a=b=GLOBAL_ADMIN",
	},
	"file":     {"/no/such/file", "/", "a\x00b"},
	"new-file": {"/", "a\x00b"},
	"argument": {"a\x00b", "a\nb\n\n"},
	"range":    {"x", "NaN", "Inf", "-Inf", "+1", "1e3", "0x10", "010", "1_000", " 1", "1 ", "1,5", "-1", "-1s", "99999999999999999999", "99999999h", "٣"},
	"enum":     {"x", "INFO ", " info", "info,warn"},
	"bool":     {"x", "2", "on", "True ", "-1", "null"},
}

// flagsOf returns the flags of each command, by the command's path.
func flagsOf(t *testing.T) map[string][]*kong.Flag {
	t.Helper()

	parser, err := newParser(new(cli), buildinfo.Build{}, newVariables(nil))
	require.NoError(t, err)

	flags := make(map[string][]*kong.Flag)

	for _, command := range parser.Model.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				if flag.Name != "help" && flag.Name != "version" {
					flags[command.Path()] = append(flags[command.Path()], flag)
				}
			}
		}
	}

	return flags
}

// kindOf returns the key of the flag's entry in senseless.
func kindOf(flag *kong.Flag) string {
	switch {
	case flag.Tag.Has("range"):
		return "range"
	case flag.Tag.Enum != "":
		return "enum"
	case flag.Target.Kind() == reflect.Bool:
		return "bool"
	default:
		return flag.Tag.Get("kind")
	}
}

// senselessValues returns values that make no sense for the flag.
func senselessValues(t *testing.T, flag *kong.Flag) []string {
	t.Helper()

	values := append([]string{"", "\n"}, senseless[kindOf(flag)]...)

	if kindOf(flag) == "range" {
		allowed, err := parseRange(flag.Target.Type(), flag.Tag.Get("range"))
		require.NoError(t, err)
		require.NotEmpty(t, flag.Default, "%s: a range needs a default", flag.Name)
		require.NoError(t, allowed.check(flag.Default), flag.Name)

		if allowed.orZero {
			assert.Regexp(t, `\b0 for`, flag.Help, "%s: the help must say what 0 means", flag.Name)
		} else if low, _ := parseNumber(flag.Target.Type(), allowed.least); low > 0 {
			values = append(values, "0")
		}
	}

	return values
}

func TestSenselessValuesStopTheProgram(t *testing.T) {
	t.Parallel()

	for path, flags := range flagsOf(t) {
		for _, flag := range flags {
			require.NotEmpty(t, senseless[kindOf(flag)], "%s: which values make no sense?", flag.Name)

			for _, value := range senselessValues(t, flag) {
				variable := "AUTOCLAIM_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
				what := fmt.Sprintf("%s --%s=%q", path, flag.Name, value)
				args := append(strings.Fields(strings.Split(path, "<")[0]), "--"+flag.Name+"="+value)

				status, out := command(t, args...)
				require.Equal(t, 2, status, "%s: %s", what, out)
				require.Contains(t, out, "--"+flag.Name, what)

				if !actsOnce[flag.Name] {
					require.Contains(t, out, variable, what)
				}

				if value := trimEnds(value); !mayHoldPassword(value) && !flag.Tag.Has("secret") && len(value) < 100 && !flag.IsSlice() {
					require.Contains(t, out, shown(value), what)
				}
			}
		}
	}
}

func TestTheEnvironmentIsCheckedLikeTheCommandLine(t *testing.T) {
	for _, flag := range flagsOf(t)["serve"] {
		for _, value := range senselessValues(t, flag) {
			if strings.Contains(value, "\x00") {
				continue // The system refuses it.
			}

			variable := "AUTOCLAIM_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			t.Setenv(variable, value)

			status, out := command(t, "serve")
			require.Equal(t, 2, status, "%s=%q: %s", variable, value, out)
			require.Contains(t, out, "--"+flag.Name+" (or "+variable+")", value)
			require.NoError(t, os.Unsetenv(variable))
		}
	}
}

// actsOnce has the flags that change what one call does.
var actsOnce = map[string]bool{
	"version": true, "help": true, "repair": true, "dry-run": true, "yes": true, "wait": true, "off": true, "claimable": true, "verbose": true,
	"tenant": true, "external-id": true, "role": true, "user": true, "ttl": true,
}

func TestFlagsThatActOnceHaveNoEnvironmentVariable(t *testing.T) {
	t.Parallel()

	settings := newVariables(nil)
	_, err := newParser(new(cli), buildinfo.Build{}, settings)
	require.NoError(t, err)

	for value, variable := range settings.names {
		assert.False(t, actsOnce[value.Name], variable)

		if value.Target.Kind() == reflect.Bool { // A new one must be put into one of the lists.
			assert.Contains(t, []string{"introspection", "playground", "console", "dev", "allow-plain-http-keys"}, value.Name)
		}
	}
}

func TestOnlyConfigurationHasEnvironmentVariables(t *testing.T) {
	t.Parallel()

	settings := newVariables(nil)
	parser, err := newParser(new(cli), buildinfo.Build{}, settings)
	require.NoError(t, err)

	configured := map[string]bool{"max-skipped": true, "max-file-size": true} // Limits of imports.
	for _, flag := range parser.Model.Flags {
		configured[flag.Name] = true
	}

	for _, command := range parser.Model.Leaves(false) {
		for _, flag := range command.Flags {
			if command.Name == "serve" || command.Name == "migrate" {
				configured[flag.Name] = true
			}
		}
	}

	// Any other flag says what one call does, and needs the tag env:"-".
	for _, command := range parser.Model.Leaves(false) {
		for _, flag := range command.Flags {
			assert.True(t, configured[flag.Name] || settings.of(flag.Value) == "", "%s --%s", command.FullPath(), flag.Name)
		}
	}
}

func TestAFlagThatIsGivenTwiceIsRefused(t *testing.T) {
	t.Parallel()

	for _, args := range [][]string{
		{"serve", "--dev", "--dev"},
		{"serve", "--max-depth=1", "--max-depth=2"},
		{"serve", "--issuer=https://a", "--issuer=https://a"},
		{"check", "--database-url=sqlite:a", "--database-url=sqlite:a"},
	} {
		status, out := command(t, args...)
		assert.Equal(t, 2, status, args)
		assert.Contains(t, out, "given more than once", args)
	}
}

// secretFiles are what files of secrets, and what shells read from them, have around a text.
var secretFiles = [][2]string{{"", ""}, {"", "\n"}, {"", "\r\n"}, {"", "\r"}, {"", "\n\n"}, {"\ufeff", ""}, {"\ufeff", "\r\n"}}

func TestWhatFilesOfSecretsHaveAroundAValueIsIgnored(t *testing.T) {
	file := filepath.Join(t.TempDir(), "test.db")

	for _, around := range secretFiles {
		t.Setenv("AUTOCLAIM_DATABASE_URL", around[0]+"sqlite:"+file+around[1])
		t.Setenv("AUTOCLAIM_LOCK_ATTEMPTS", around[0]+"3"+around[1])
		succeed(t, "migrate")
	}

	files, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)

	for _, found := range files {
		assert.NotContains(t, found.Name(), "\n")
	}
}

func TestTextsOfAllKindsAreTrimmedAlike(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o600))

	sensible := map[string]string{
		"database": "sqlite:x.db", "address": "127.0.0.1:8080", "origin": "https://a", "issuer": "https://a", "keys-url": "https://a/keys",
		"public-url": "https://a/b", "network": "10.0.0.0/8", "claim": "oid", "external-id": "acme", "label": "autoclaim", "scopes": "openid", "role": "GLOBAL_ADMIN",
		"role-map": "a=GLOBAL_ADMIN", "file": file, "new-file": file, "argument": "TEAMS1",
	}

	for kind := range kinds() {
		require.Contains(t, sensible, kind)
	}

	for path, flags := range flagsOf(t) {
		for _, flag := range flags {
			kind := flag.Tag.Get("kind")
			if kind == "" || strings.Contains(path, "<") {
				continue
			}

			for _, around := range secretFiles {
				parser, err := newParser(new(cli), buildinfo.Build{}, newVariables(nil))
				require.NoError(t, err)

				parsed, err := kong.Trace(parser, append(strings.Fields(path), "--"+flag.Name+"="+around[0]+sensible[kind]+around[1]))
				require.NoError(t, err)
				require.NoError(t, parsed.Error, "%s --%s %q", path, flag.Name, around)

				for _, step := range parsed.Path {
					if step.Flag == nil || step.Flag.Name != flag.Name {
						continue
					}

					value := fmt.Sprint(parsed.FlagValue(step.Flag))
					assert.NotContains(t, value, "\ufeff", flag.Name)
					assert.NotRegexp(t, `[\r\n]`, value, flag.Name)
				}
			}
		}
	}
}

func TestAPairOfRolesThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()

	for text, message := range map[string]string{
		"ok=GLOBAL_READER;x=GLOBAL_ADMN":        `pair 2, "x=GLOBAL_ADMN": "GLOBAL_ADMN" is no role: did you mean GLOBAL_ADMIN`,
		"x=global_admin":                        `did you mean GLOBAL_ADMIN`,
		"GLOBAL_ADMIN=license-admin":            `pair 1, "GLOBAL_ADMIN=license-admin": the provider's name comes first`,
		"a=GLOBAL_ADMIN,b=GLOBAL_READER":        "separate pairs by semicolons",
		"a=GLOBAL_ADMIN, b=GLOBAL_READER":       "separate pairs by semicolons",
		"a=GLOBAL_ADMIN b=GLOBAL_READER":        "separate pairs by semicolons",
		"a=GLOBAL_ADMIN|b=GLOBAL_READER":        "separate pairs by semicolons",
		"a=GLOBAL_ADMIN；b=GLOBAL_READER":        "separate pairs by semicolons",
		"a=GLOBAL_ADMIN;;b=GLOBAL_READER":       "pair 2 is empty",
		"a=GLOBAL_ADMIN;":                       "pair 2 is empty",
		"a=GLOBAL_ADMIN; b=GLOBAL_READER":       `pair 2, " b=GLOBAL_READER": remove the white space`,
		"a=GLOBAL_ADMIN;a=GLOBAL_READER":        `pair 2, "a=GLOBAL_READER": "a" is there twice`,
		"a:GLOBAL_ADMIN":                        `pair 1, "a:GLOBAL_ADMIN": it has no =`,
		"a=":                                    "nothing on one side",
		"ok=GLOBAL_READER;x=nonsense-of-a-role": "use one of [GLOBAL_ADMIN",
	} {
		status, out := command(t, "serve", "--issuer=https://a", "--audience=a", "--role-map="+text)
		assert.Equal(t, 2, status, text)
		assert.Contains(t, out, "--role-map (or AUTOCLAIM_ROLE_MAP)", text)
		assert.Contains(t, out, message, text)
	}

	status, out := command(t, "serve", "--issuer=https://a", "--audience=a", "--role-map=a=GLOBAL_ADMIN", "--role-map=a=GLOBAL_READER")
	assert.Equal(t, 2, status)
	assert.Contains(t, out, `"a" is given twice`)
}

func TestTheDocumentationHasTheRangeOfEachFlag(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating.md"))
	require.NoError(t, err)

	for path, flags := range flagsOf(t) {
		for _, flag := range flags {
			if !flag.Tag.Has("range") {
				continue
			}

			allowed, err := parseRange(flag.Target.Type(), flag.Tag.Get("range"))
			require.NoError(t, err)

			row := fmt.Sprintf("--%s` | %s | %s to %s", flag.Name, flag.Default, allowed.least, allowed.most)
			if allowed.orZero {
				row += ", or 0 for"
			}

			assert.Contains(t, string(text), row, path)
		}
	}
}
