package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// validateSignIn checks the flags that say whose tokens are accepted.
func (c serveCommand) validateSignIn(parsed *kong.Context) error {
	plain := strings.HasPrefix(c.JWKSURL, "http://")

	switch {
	case c.JWKSURL == "" && c.Issuer != "" && needsHTTPS(c.Issuer):
		return &flagError{flag: "--issuer", variable: variablePrefix + "ISSUER", problem: fmt.Errorf(
			"%s: begin with https://, because the keys are fetched from there; only a provider on this machine may have http://, "+
				"or one whose keys have a --jwks-url", shown(c.Issuer))}
	case c.Dev && (c.Issuers != "" || c.JWKSURL != ""):
		return errors.New("--dev has an issuer of its own: remove --dev, or remove --issuers and --jwks-url")
	case plain && !c.AllowPlainHTTPKeys:
		return errors.New("--jwks-url begins with http://: write https://; if it is on this machine or in a private network that you trust, add --allow-plain-http-keys")
	}

	if err := c.validateConsoleIssuer(); err != nil {
		return err
	}

	return c.validateIssuers(parsed, plain)
}

// validateConsoleIssuer checks where users of the console sign in.
func (c serveCommand) validateConsoleIssuer() error {
	switch {
	case c.ConsoleIssuer != "" && (needsHTTPS(c.ConsoleIssuer) || strings.Contains(c.ConsoleIssuer, "{")):
		return &flagError{flag: "--console-issuer", variable: variablePrefix + "CONSOLE_ISSUER", problem: fmt.Errorf(
			"%s: begin with https:// and have no {tenantid}, because browsers are sent there", shown(c.ConsoleIssuer))}
	case c.ConsoleIssuer != "" && (c.Dev || !c.Console):
		return errors.New("--console-issuer is for --console without --dev: remove it, or change the others")
	case c.Console && !c.Dev && c.ConsoleIssuer == "" && (c.Issuers != "" || strings.Contains(c.Issuer, "{")):
		return errors.New("--console needs --console-issuer, because there are several issuers or organizations: give the issuer at which admins sign in, " +
			"such as https://login.microsoftonline.com/organizations/v2.0")
	}

	return nil
}

// validateIssuers checks the settings of the issuers, together and alone.
func (c serveCommand) validateIssuers(parsed *kong.Context, plain bool) error {
	if c.Dev || c.Issuers == "" && (c.Issuer == "" || c.Audience == "") {
		return nil // Another check says what is missing.
	}

	if c.Issuers != "" {
		for _, name := range []string{
			"issuer", "audience", "tenant-claim", "fixed-tenant", "user-claim", "roles-claim", "role-map", "jwks-url",
		} {
			if isGiven(parsed, name) {
				return fmt.Errorf("--issuers and --%s cannot be used together: give %s to each issuer in the file", name, name)
			}
		}
	}

	configs, err := c.issuerConfigs(slog.Default())
	if err != nil {
		return err
	}

	for _, config := range configs {
		plain = plain || strings.HasPrefix(config.JWKSURL, "http://")
	}

	if c.AllowPlainHTTPKeys && !plain {
		return errors.New("--allow-plain-http-keys changes nothing, because no --jwks-url begins with http://: remove it")
	}

	return auth.CheckIssuers(configs...)
}

// issuerConfigs returns the issuers whose tokens are accepted: those in the file of --issuers, or the one of the flags.
func (c serveCommand) issuerConfigs(logger *slog.Logger) ([]auth.Config, error) {
	configs := []auth.Config{{
		Issuer: c.Issuer, Audience: c.Audience, TenantClaim: c.TenantClaim, FixedTenant: c.FixedTenant,
		UserClaim: c.UserClaim, RolesClaim: c.RolesClaim, RoleMapping: c.RoleMap, JWKSURL: c.JWKSURL,
	}}

	if c.Issuers != "" {
		var err error
		if configs, err = readIssuers(c.Issuers); err != nil {
			return nil, &flagError{
				flag: "--issuers", variable: variablePrefix + "ISSUERS", problem: fmt.Errorf("%s: %w", shown(c.Issuers), err),
			}
		}
	}

	for i := range configs {
		configs[i].ClockSkew, configs[i].AllowPlainHTTPKeys, configs[i].Logger = c.ClockSkew, c.AllowPlainHTTPKeys, logger
	}

	return configs, nil
}

// openVerifier returns the verifier of the issuers' tokens.
func (c serveCommand) openVerifier(ctx context.Context, e *environment, db *store.Store) (auth.Verifier, error) {
	configs, err := c.issuerConfigs(e.logger)
	if err != nil {
		return nil, err
	}

	for _, config := range configs {
		for _, id := range append(config.Tenants, config.FixedTenant) {
			if id == "" || id == "*" {
				continue
			}

			if _, err := db.TenantByExternalID(ctx, id); licensing.IsNotFound(err) {
				e.logger.Warn("an issuer names an organization that is not a tenant yet: create it with 'autoclaim tenant create NAME --external-id ID'",
					"issuer", config.Issuer, "external_id", id)
			} else if err != nil {
				return nil, fmt.Errorf("find the tenants of the issuers: %w", err)
			}
		}
	}

	return auth.NewOIDC(ctx, configs...)
}

// consoleIssuer returns the issuer at which users of the console sign in.
func (c serveCommand) consoleIssuer() string { return cmp.Or(c.ConsoleIssuer, c.Issuer) }

// readiness returns what /readyz asks: whether the database can be written, and whether tokens can be verified.
func readiness(db *store.Store, verifier auth.Verifier) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		if err := db.Ready(ctx); err != nil {
			return err
		}

		return verifier.Ready(ctx)
	}
}
