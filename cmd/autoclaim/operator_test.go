package main

import (
	"bytes"
	"database/sql"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
)

// operator runs the built program as an operator does, in a directory with a database.
type operator struct {
	t   *testing.T
	dir string
}

// call is a command line, and what an operator sees.
type call struct {
	args  string // Separated by spaces.
	stdin string
	env   []string

	status int
	// says must be in the only output: standard output if the status is 0, otherwise the last line of standard error.
	says string
}

func (o *operator) command(args string, env ...string) *exec.Cmd {
	cmd := exec.Command(program, strings.Fields(args)...)
	cmd.Dir = o.dir
	cmd.Env = append(os.Environ(), env...)

	return cmd
}

// check runs commands one after the other.
func (o *operator) check(calls ...call) {
	o.t.Helper()

	for _, c := range calls {
		var out, errOut bytes.Buffer

		cmd := o.command(c.args, c.env...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.stdin), &out, &errOut

		if err := cmd.Run(); err != nil {
			require.ErrorAs(o.t, err, new(*exec.ExitError), c.args)
		}

		assert.Equal(o.t, c.status, cmd.ProcessState.ExitCode(), "%s: %s%s", c.args, &out, &errOut)

		if c.status == 0 {
			assert.Contains(o.t, out.String(), c.says, c.args)
			assert.Empty(o.t, errOut.String(), c.args)

			continue
		}

		lines := strings.Split(strings.TrimRight(errOut.String(), "\n"), "\n")
		last := lines[len(lines)-1]
		assert.True(o.t, strings.HasPrefix(last, "autoclaim: "), "%s: %s", c.args, last)
		assert.Contains(o.t, last, c.says, c.args)

		if c.status != statusBroken { // The broken rules are a result.
			assert.Empty(o.t, out.String(), c.args)
		}
	}
}

// damage changes the operator's database with SQL.
func (o *operator) damage(statement string) {
	o.t.Helper()

	db, err := sql.Open("sqlite", filepath.Join(o.dir, "autoclaim.db"))
	require.NoError(o.t, err)
	_, err = db.Exec(statement)
	require.NoError(o.t, errors.Join(err, db.Close()))
}

func TestEachCommandReportsSuccessOnlyForWhatItHasDone(t *testing.T) {
	t.Parallel()

	const users = "external_id,display_name,email\nann,Ann,ann@example.com\n"

	o := &operator{t, t.TempDir()}
	o.check(
		call{args: "", status: 2, says: "expected one of"},
		call{args: "--version", says: releasedVersion},
		call{args: "nonsense", status: 2, says: "unexpected argument nonsense"},
		call{args: "tenant", status: 2, says: "expected one of"},
		call{args: "check --databse-url=x", status: 2, says: "--databse-url"},
		call{args: "check", env: []string{"AUTOCLAIM_DATABSE_URL=x"}, status: 2, says: "did you mean AUTOCLAIM_DATABASE_URL"},
		call{args: "tenant create Acme", env: []string{"AUTOCLAIM_EXTERNAL_ID=acme"}, status: 2, says: "AUTOCLAIM_EXTERNAL_ID"},

		// Before there is a schema.
		call{args: "token", status: 1, says: "autoclaim serve --dev"},
		call{args: "migrate --database-url=sqlite:no/such/directory.db", status: 1, says: "open the database"},

		call{args: "migrate", says: "the schema is version"},
		call{args: "migrate", says: "Ran 0 migrations"},
		call{args: "tenant list", says: "NAME"},
		call{args: "tenant create Acme --external-id=acme", says: "Created tenant Acme"},
		call{args: "tenant create Acme --external-id=other", status: 1, says: "exists already"},
		call{args: "tenant create Other --external-id=acme", status: 1, says: "exists already"},
		call{args: "import catalog no-such-file.csv", status: 1, says: "no-such-file.csv"},
		call{args: "import catalog -", status: 1, says: ""},
		call{args: "import catalog sample --claimable=NOTHING", status: 1, says: "NOTHING"},
		call{args: "app list", says: "CODE"},
		call{args: "import catalog sample --dry-run", says: "11 products"},
		call{args: "app claimable TEAMS1", status: 1, says: "TEAMS1"},
		call{args: "import catalog sample", says: "11 products"},
		call{args: "app claimable TEAMS1", says: "TEAMS1"},
		call{args: "app claimable TEAMS1 NOTHING", status: 1, says: "NOTHING"},
		call{args: "import users - --tenant=Acme", stdin: users, says: "Imported 1 users into Acme"},
		call{args: "import users - --tenant=Acme", status: 1, says: ""},
		call{args: "import users - --tenant=Nobody", stdin: users, status: 1, says: "autoclaim tenant list"},
		call{args: "import users no-such-file.csv --tenant=Acme", status: 1, says: "no-such-file.csv"},
		call{args: "backup copy.db", says: "copy.db ("},
		call{args: "backup copy.db", status: 1, says: "a backup replaces no file"},
		call{args: "backup no/such/directory.db", status: 1, says: "no/such/directory.db"},
		call{args: "check --database-url=sqlite:copy.db", says: "All rules hold."},
		call{args: "check", says: "All rules hold."},
		call{args: "check --repair", says: "Repaired 0 counters."},
	)

	o.damage(`INSERT INTO policies (tenant_id, id, app_id, name, name_key, enabled, version, created_at, updated_at)
		SELECT tenants.id, apps.id, apps.id, 'No products', 'no products', 1, 1, '2026-03-10T00:00:00Z', '2026-03-10T00:00:00Z' FROM tenants, apps LIMIT 1`)
	o.check(
		call{args: "check", status: 3, says: "broken rules: 1"},
		call{args: "check --repair", status: 3, says: "broken rules: 1; --repair cannot fix them"},
	)

	o.damage(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (1000, 1)`)
	o.check(call{args: "migrate", says: "upgrade the program soon"})
	o.damage(`UPDATE schema_state SET oldest_program = 1000`)
	o.check(
		call{args: "migrate", status: 1, says: "1000"},
		call{args: "tenant list", status: 1, says: "1000"},
	)
}

func TestAPortInUseStopsTheServer(t *testing.T) {
	t.Parallel()

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	defer taken.Close()

	o := &operator{t, t.TempDir()}

	for _, flags := range []string{"--listen=ADDRESS", "--listen=127.0.0.1:0 --metrics-listen=ADDRESS"} {
		cmd := o.command("serve --dev " + strings.ReplaceAll(flags, "ADDRESS", taken.Addr().String()))
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		assert.Equal(t, 1, cmd.ProcessState.ExitCode())
		assert.Contains(t, string(out), "listen on "+taken.Addr().String())
		assert.Contains(t, string(out), "address already in use")
	}
}

func TestOutputThatCannotBeWrittenIsAFailure(t *testing.T) {
	t.Parallel()

	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no device that is always full:", err)
	}
	defer full.Close()

	o := &operator{t, t.TempDir()}
	o.check(call{args: "migrate"})

	for _, args := range []string{"--help", "--version", "tenant list", "check", "app list", "tenant create Acme --external-id=acme", "backup copy.db"} {
		var errOut bytes.Buffer

		cmd := o.command(args)
		cmd.Stdout, cmd.Stderr = full, &errOut

		require.Error(t, cmd.Run(), args)
		assert.Equal(t, 1, cmd.ProcessState.ExitCode(), args)
		assert.Contains(t, errOut.String(), "autoclaim: write the output: ", args)
	}
}

func TestAClosedPipeIsNoSuccess(t *testing.T) {
	t.Parallel()

	o := &operator{t, t.TempDir()}
	o.check(call{args: "migrate"})

	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())

	defer writer.Close()

	cmd := o.command("check")
	cmd.Stdout = writer
	require.Error(t, cmd.Run())
}

// A read of standard input can wait forever.
func TestAnInterruptedImportFailsAndChangesNothing(t *testing.T) {
	t.Parallel()

	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such signal")
	}

	o := &operator{t, t.TempDir()}
	o.check(call{args: "migrate"}, call{args: "tenant create Acme --external-id=acme"})

	// The program ends without a message if the signal arrives before it handles signals. It is then tried again.
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		require.Less(t, wait, time.Minute)

		var errOut bytes.Buffer

		cmd := o.command("import users - --tenant=Acme")
		cmd.Stderr = &errOut
		input, err := cmd.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())

		_, err = input.Write([]byte("external_id,display_name,email\nann,Ann,\n"))
		require.NoError(t, err)
		time.Sleep(wait)
		require.NoError(t, cmd.Process.Signal(os.Interrupt))

		limit := time.AfterFunc(startTimeout, func() { _ = cmd.Process.Kill() })
		err = cmd.Wait()
		require.True(t, limit.Stop(), "the signal had no effect")

		if cmd.ProcessState.ExitCode() >= 0 {
			require.Error(t, err)
			assert.Equal(t, 1, cmd.ProcessState.ExitCode())
			assert.Contains(t, errOut.String(), "autoclaim: interrupted: ")

			break
		}
	}

	o.check(call{args: "import users - --tenant=Acme", stdin: "external_id,display_name,email\nann,Ann,\n", says: "1 added"})
}

// forEachCommand calls visit with each command and words that call it with all its required arguments.
func forEachCommand(t *testing.T, visit func(command *kong.Node, words string)) {
	t.Helper()

	parser, err := newParser(new(cli), buildinfo.Build{}, newVariables(nil))
	require.NoError(t, err)

	for _, command := range parser.Model.Leaves(false) {
		words, _, _ := strings.Cut(command.Path(), " <")
		for _, argument := range command.Positional {
			if argument.Required {
				words += " x"
			}
		}

		visit(command, words)
	}
}

func TestEachCommandExplainsItselfAndRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()

	o := &operator{t, t.TempDir()}

	forEachCommand(t, func(command *kong.Node, words string) {
		name, _, _ := strings.Cut(words, " x")
		o.check(
			call{args: name + " --help", says: "Usage: autoclaim " + name},
			call{args: name + " --help", says: "Example"},
			call{args: words + " --unknown-flag", status: 2, says: "--unknown-flag"},
			call{args: words + " --log-level=loud", status: 2, says: "--log-level"},
		)

		takesMore := len(command.Positional) > 0 && command.Positional[len(command.Positional)-1].IsCumulative()
		if !takesMore {
			o.check(call{args: words + " y", status: 2, says: "y"})
		}
	})

	files, err := os.ReadDir(o.dir)
	require.NoError(t, err)
	assert.Empty(t, files, "a wrong command line leaves no files")
}

func TestTheExamplesInTheHelpAreRight(t *testing.T) {
	t.Parallel()

	forEachCommand(t, func(command *kong.Node, _ string) {
		found := 0

		for line := range strings.Lines(command.Detail) {
			example, ok := strings.CutPrefix(line, "  autoclaim ")
			if !ok {
				continue
			}

			found++

			parser, err := newParser(new(cli), buildinfo.Build{}, newVariables(nil))
			require.NoError(t, err)

			parsed, err := parser.Parse(strings.Fields(example))
			require.NoError(t, err, line)
			assert.Equal(t, command.Path(), parsed.Selected().Path(), line)
		}

		assert.Positive(t, found, "%s needs a method Help with an example", command.FullPath())
	})
}
