// Command autoclaim runs the Autoclaim server and the tasks of its operator.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // The names of time zones, where the machine has none.

	"github.com/alecthomas/kong"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/telemetry"
)

// cli declares all commands and the flags that they share. The environment variable AUTOCLAIM_SOME_FLAG sets the
// flag --some-flag. Flags that make one call do something else, such as --version, have no environment variable: it
// would change every later call as well. The tags of each flag say which values make sense: see flags.go.
type cli struct {
	DatabaseURL       string `kind:"database" secret:"" default:"sqlite:autoclaim.db" help:"URL of the database: postgres://USER@HOST/NAME or sqlite:FILE. Default: sqlite:autoclaim.db." placeholder:"URL"`
	DirectDatabaseURL string `kind:"database" secret:"" help:"URL that bypasses the connection pooler, if --database-url points to one. Migrations and live updates need it. Default: --database-url." placeholder:"URL"`

	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Lowest level to log: debug, info, warn or error."`
	LogFormat string `default:"text" enum:"text,json" help:"Format of log lines: text or json."`

	Version kong.VersionFlag `env:"-" help:"Print the version and exit."`

	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Migrate migrateCommand `cmd:"" help:"Update the database schema to this version of the program."`
	Import  struct {
		Catalog importCatalogCommand `cmd:"" help:"Update the catalog from the vendor's CSV file."`
		Users   importUsersCommand   `cmd:"" help:"Add users to a tenant from a CSV file, and update names and emails."`
	} `cmd:"" help:"Import a file."`
	App struct {
		List      appListCommand      `cmd:"" help:"List the claimable apps."`
		Claimable appClaimableCommand `cmd:"" help:"Make apps claimable, or with --off no longer claimable."`
	} `cmd:"" help:"Manage the catalog's apps."`
	Tenant struct {
		Create tenantCreateCommand `cmd:"" help:"Create a tenant."`
		List   tenantListCommand   `cmd:"" help:"List the tenants."`
		Rename tenantRenameCommand `cmd:"" help:"Rename a tenant. Servers may keep running."`
		Delete tenantDeleteCommand `cmd:"" help:"Delete a tenant and all that it has. Servers may keep running."`
	} `cmd:"" help:"Manage tenants."`
	Token  tokenCommand  `cmd:"" help:"Print an access token for a server that runs with --dev."`
	Backup backupCommand `cmd:"" help:"Copy an SQLite database to a new file. Servers may keep running."`
	Check  checkCommand  `cmd:"" help:"Check the database for broken rules. The exit status is 3 if there are any."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // A second signal ends the program at once.

	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)

	stop()
	os.Exit(status)
}

// version is the release that this program is. The linker sets it: see deploy/release.sh.
var version string

// The exit statuses, in addition to 0. docs/operations.md lists them.
const (
	statusFailed  = 1
	statusMisused = 2
	// statusBroken is that of check.
	statusBroken = 3
)

// run runs a command line and returns the exit status. It is not 0 if what the command prints could not be written.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	output := &reliableWriter{Writer: out}
	status := runCommand(ctx, args, output, errOut)

	if output.err != nil {
		_, _ = fmt.Fprintln(errOut, "autoclaim: write the output:", output.err)

		return statusFailed
	}

	return status
}

// reliableWriter remembers the first error.
type reliableWriter struct {
	io.Writer

	err error
}

// Write implements [io.Writer].
func (w *reliableWriter) Write(text []byte) (int, error) {
	n, err := w.Writer.Write(text)
	w.err = cmp.Or(w.err, err)

	return n, err //nolint:wrapcheck // It is not this writer's error.
}

func runCommand(ctx context.Context, args []string, out, errOut io.Writer) int {
	var (
		commands cli
		exited   *int
		build    = buildinfo.Read(version)
		settings = newVariables(os.Environ())
	)

	parser, err := newParser(&commands, build, settings, kong.Writers(out, errOut), kong.Exit(func(status int) { exited = &status }))
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "autoclaim:", err)

		return statusFailed
	}

	command, err := parser.Parse(args)
	err = firstProblem(command, err, settings)

	switch {
	case exited != nil: // By --help or --version.
		return *exited
	case err != nil:
		_, _ = fmt.Fprintf(errOut, "autoclaim: %s. See autoclaim --help.\n", misuse(err))

		return statusMisused
	}

	logger, err := telemetry.NewLogger(errOut, commands.LogLevel, commands.LogFormat)
	if err == nil {
		err = command.Run(&environment{
			context: ctx, build: build, databaseURL: commands.DatabaseURL, directURL: commands.DirectDatabaseURL,
			logger: logger, in: &interruptibleReader{ctx, os.Stdin}, out: out,
		})
	}

	return report(ctx, err, errOut)
}

// report says why a command failed, and returns the exit status.
func report(ctx context.Context, err error, errOut io.Writer) int {
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		_, _ = fmt.Fprintln(errOut, "autoclaim: interrupted:", err)
	default:
		_, _ = fmt.Fprintln(errOut, "autoclaim:", err)
	}

	if _, broken := errors.AsType[*brokenRulesError](err); broken {
		return statusBroken
	}

	return statusFailed
}

// firstProblem returns what to tell first about a command line and its environment. A misspelled variable may be why
// something else is missing.
func firstProblem(command *kong.Context, err error, settings *variables) error {
	if unknown := settings.check(); unknown != nil {
		return unknown
	}

	if failed, ok := errors.AsType[*kong.ParseError](err); ok {
		command = failed.Context
	}

	if _, known := errors.AsType[*flagError](err); known {
		return err
	}

	if repeated := refuseRepeatedFlags(command, settings); repeated != nil {
		return repeated
	}

	return err
}

// misuse returns the message about a wrong command line.
func misuse(err error) string {
	if wrong, ok := errors.AsType[*flagError](err); ok {
		return wrong.Error()
	}

	// Kong's own messages have parts of the command line.
	if text := err.Error(); !mayHoldPassword(text) {
		return text
	}

	return "the command line is wrong; what is wrong is not shown, because it could hold a password"
}

// description is in the help of the program.
const description = "Gives users a license the first time they sign in to an app." + `

Results go to standard output, errors and logs to standard error. The exit status is 0 if the command did what it says, 1 if
it failed, 2 if the command line or an environment variable is wrong, and 3 if "check" found broken rules.

Example:

  autoclaim serve --dev`

// newParser returns a parser of command lines and environment variables that sets the commands' flags.
func newParser(commands *cli, build buildinfo.Build, settings *variables, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(commands, append([]kong.Option{
		kong.Name("autoclaim"),
		kong.Description(description),
		settings.bind(), checkFlags(settings), kong.Resolvers(settings), kong.ValueFormatter(settings.help),
		kong.Vars{"version": build.String()},
		kong.UsageOnError(),
	}, options...)...)
}
