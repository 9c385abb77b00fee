// Command autoclaim is the Autoclaim server and what its operator needs beside it.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/autoclaim/autoclaim/internal/buildinfo"
	"github.com/autoclaim/autoclaim/internal/telemetry"
)

// cli is every command, flag and environment variable: flag --some-flag can be set by AUTOCLAIM_SOME_FLAG.
type cli struct {
	DatabaseURL       string `default:"sqlite:autoclaim.db" help:"The database: postgres://user@host/name or sqlite:FILE; sqlite:autoclaim.db by default." placeholder:"URL"`
	DirectDatabaseURL string `help:"The database itself, where --database-url leads to a connection pooler: for migrations and live data." placeholder:"URL"`

	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"The least important log lines to write: debug, info, warn or error."`
	LogFormat string `default:"text" enum:"text,json" help:"How to write log lines: text or json."`

	Version kong.VersionFlag `help:"Say which version this is."`

	Serve   serveCommand   `cmd:"" help:"Serve the API."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Import  struct {
		Catalog importCatalogCommand `cmd:"" help:"Bring the catalog up to date with the vendor's file."`
		Users   importUsersCommand   `cmd:"" help:"Add users to a tenant, or update their names and emails."`
	} `cmd:"" help:"Import a file."`
	App struct {
		List      appListCommand      `cmd:"" help:"List the claimable apps."`
		Claimable appClaimableCommand `cmd:"" help:"Make apps claimable, or no longer so."`
	} `cmd:"" help:"The catalog's apps."`
	Tenant struct {
		Create tenantCreateCommand `cmd:"" help:"Create a tenant."`
		List   tenantListCommand   `cmd:"" help:"List the tenants."`
	} `cmd:"" help:"Tenants."`
	Token  tokenCommand  `cmd:"" help:"Print a token for a server that runs with --dev. For development only."`
	Backup backupCommand `cmd:"" help:"Copy an SQLite database to a new file, while servers use it."`
	Check  checkCommand  `cmd:"" help:"Verify every rule in the database; exit with status 1 if one is broken."`
}

// environment is what commands get from the outside.
type environment struct {
	context     context.Context // It ends with the process; kong passes values, not arguments.
	build       buildinfo.Build
	databaseURL string
	directURL   string // Empty unless there is a pooler in front of the database.
	logger      *slog.Logger
	telemetry   telemetry.Telemetry // Of serve alone.
	out         io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)

	stop()
	os.Exit(status)
}

// version is the release that this program is. The linker sets it: see deploy/release.sh.
var version string

// run returns the exit status: 0, or 1 after an error or a broken rule, or 2 for a wrong command line.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	const failed, misused = 1, 2

	var (
		commands cli
		exited   *int
		build    = buildinfo.Read(version)
	)

	parser, err := kong.New(&commands,
		kong.Name("autoclaim"),
		kong.Description("Gives users a license the first time they sign in to an app."),
		kong.DefaultEnvars("AUTOCLAIM"),
		kong.Vars{"version": build.String()},
		kong.UsageOnError(),
		kong.Writers(out, errOut),
		kong.Exit(func(status int) { exited = &status }),
	)
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "autoclaim:", err)

		return failed
	}

	command, err := parser.Parse(args)

	switch {
	case exited != nil: // --help
		return *exited
	case err != nil:
		_, _ = fmt.Fprintf(errOut, "autoclaim: %v. See autoclaim --help.\n", err)

		return misused
	}

	err = command.Run(&environment{
		context: ctx, build: build, databaseURL: commands.DatabaseURL, directURL: commands.DirectDatabaseURL,
		logger: newLogger(errOut, commands.LogLevel, commands.LogFormat), out: out,
	})
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "autoclaim:", err)

		return failed
	}

	return 0
}

func newLogger(w io.Writer, level, format string) *slog.Logger {
	var least slog.Level
	// The parser lets no other level through.
	_ = least.UnmarshalText([]byte(level))

	options := &slog.HandlerOptions{Level: least}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}

	return slog.New(slog.NewTextHandler(w, options))
}
