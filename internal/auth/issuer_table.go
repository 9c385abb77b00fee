package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// issuerTable verifies the tokens of several issuers. It finds a token's issuer by the claim iss, and then uses that
// issuer's keys and settings only. It is safe for concurrent use.
type issuerTable struct {
	issuers  []*tokenVerifier
	verified *verifiedTokens
	hints    *setupLog
	ready    atomic.Bool
}

// NewOIDC returns a verifier of the tokens of one or more OpenID providers. It asks each provider for its configuration.
// A wrong setting is an error. A provider that cannot be reached is not: it is asked again by Ready and Verify. The keys
// are fetched when they are first needed, every few minutes, and when a token has an unknown key id.
func NewOIDC(ctx context.Context, configs ...Config) (Verifier, error) {
	if err := CheckIssuers(configs...); err != nil {
		return nil, err
	}

	var (
		verifiers = make([]*tokenVerifier, len(configs))
		failures  = make([]error, len(configs))
		checks    sync.WaitGroup
	)

	for i, config := range configs {
		config = config.withDefaults()
		issuer := newIssuer(config)
		logger := config.Logger.With("issuer", config.Issuer)

		// Keys are fetched long after this call has returned.
		keys := newIssuerKeys(context.WithoutCancel(ctx), issuer.keys, config.Now, logger)
		verifiers[i] = newVerifier(config, keys)

		checks.Go(func() {
			err := issuer.check(ctx)

			switch _, wrong := errors.AsType[*setupError](err); {
			case err == nil:
			case wrong || ctx.Err() != nil:
				failures[i] = err
			default:
				logger.Error("the OpenID provider does not respond; tokens cannot be verified until it does (see --issuer)",
					"error", shorten(err))
			}
		})
	}

	checks.Wait()

	table := newIssuerTable(verifiers...)
	if err := errors.Join(failures...); err != nil {
		table.Close()

		return nil, err
	}

	return table, nil
}

func newIssuerTable(issuers ...*tokenVerifier) *issuerTable {
	return &issuerTable{issuers: issuers, verified: newVerifiedTokens(), hints: issuers[0].hints}
}

// Verify implements [Verifier]. It verifies a token's signature once until the issuer's keys change, and checks the
// expiry each time.
func (t *issuerTable) Verify(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxTokenLength {
		return Identity{}, &TokenError{Reason: "The token is too long."}
	}

	if cached, known := t.verified.get(token); known {
		keys, err := cached.by.keys.current(ctx)
		if err != nil {
			return Identity{}, err
		}

		if keys.generation == cached.generation {
			t.verified.hits.Add(1)

			return cached.Identity, cached.by.checkExpiry(cached.ExpiresAt)
		}
	}

	t.verified.misses.Add(1)

	parsed, err := parseToken(token, t.hints)
	if err != nil {
		return Identity{}, err
	}

	verifier, err := t.issuerOf(parsed)
	if err != nil {
		return Identity{}, err
	}

	identity, generation, err := verifier.verify(ctx, parsed)
	if err == nil {
		err = t.checkTenant(verifier, identity.TenantExternalID)
	}

	if err != nil {
		return Identity{}, err
	}

	t.verified.add(token, identity, verifier, generation)

	return identity, nil
}

// issuerOf returns the verifier for a token's issuer. Nothing in the token has been verified.
func (t *issuerTable) issuerOf(token parsedToken) (*tokenVerifier, error) {
	issuer, _ := token.claims["iss"].(string)

	// An issuer that is named as it is comes before one with {tenantid}.
	for _, verifier := range t.issuers {
		if issuer == verifier.pattern || slices.Contains(verifier.config.otherIssuers, issuer) {
			return verifier, nil
		}
	}

	for _, verifier := range t.issuers {
		if _, ok := tenantOfIssuer(verifier.pattern, issuer); ok {
			return verifier, nil
		}
	}

	t.hints.tell(hintIssuer, func() (string, string) { return issuerHint(t.issuers, token) })

	if len(t.issuers) > 1 {
		return nil, &TokenError{Reason: "The token is from another issuer, which this server does not accept."}
	}

	return nil, &TokenError{
		Reason: "The token is from another issuer. Sign in with " + t.issuers[0].config.Issuer + ".",
	}
}

// checkTenant refuses an organization that the issuer may not speak for.
func (t *issuerTable) checkTenant(verifier *tokenVerifier, tenant string) error {
	if verifier.config.speaksFor(tenant) {
		return nil
	}

	if slices.Contains(verifier.config.Tenants, allTenants) && !slices.ContainsFunc(t.issuers, func(other *tokenVerifier) bool {
		return other != verifier && other.config.speaksFor(tenant)
	}) {
		return nil
	}

	verifier.hints.tell(hintForeignTenant, func() (string, string) { return foreignTenantHint(verifier.config, tenant) })

	return ErrUnknownTenant
}

// Ready implements [Verifier].
func (t *issuerTable) Ready(ctx context.Context) error {
	if t.ready.Load() {
		return nil
	}

	var (
		failures = make([]error, len(t.issuers))
		fetches  sync.WaitGroup
	)

	for i, verifier := range t.issuers {
		fetches.Go(func() {
			if _, err := verifier.keys.current(ctx); err != nil {
				failures[i] = fmt.Errorf("%s: %w", verifier.config.Issuer, err)
			} else {
				t.ready.Store(true)
			}
		})
	}

	fetches.Wait()

	if t.ready.Load() {
		return nil
	}

	return errors.Join(failures...)
}

// Close implements [Verifier].
func (t *issuerTable) Close() {
	for _, verifier := range t.issuers {
		verifier.keys.close()
	}
}

// CacheStats implements [Verifier].
func (t *issuerTable) CacheStats() CacheStats {
	return CacheStats{Hits: t.verified.hits.Load(), Misses: t.verified.misses.Load()}
}

// allTenants stands for all organizations that no other issuer names.
const allTenants = "*"

// speaksFor says whether the issuer's settings name the organization. An issuer without any list may speak for all.
func (c Config) speaksFor(tenant string) bool {
	switch {
	case c.FixedTenant != "":
		return c.FixedTenant == tenant
	case len(c.Tenants) == 0:
		return true
	}

	return slices.ContainsFunc(c.Tenants, func(named string) bool { return sameTenant(named, tenant) })
}

// sameTenant says whether two ids are of the same organization, as the store finds its tenant.
func sameTenant(a, b string) bool {
	return licensing.OrganizationID(a) == licensing.OrganizationID(b)
}

// CheckIssuers says what is wrong with the settings of issuers, alone and together.
func CheckIssuers(configs ...Config) error {
	if len(configs) == 0 {
		return errors.New("there is no issuer: name one")
	}

	seen := make(map[string]bool)

	for _, config := range configs {
		if err := config.check(); err != nil {
			return err
		}

		pattern := issuerPattern(config.Issuer)
		if seen[pattern] {
			return fmt.Errorf("the issuer %s is there twice: remove one", pattern)
		}

		seen[pattern] = true

		if len(configs) > 1 && len(config.Tenants) == 0 && config.FixedTenant == "" {
			return fmt.Errorf("%s is empty, and there are several issuers: name the organizations that this one may speak for",
				config.setting("tenants"))
		}
	}

	return checkWildcards(configs)
}

// checkWildcards allows "*" for one issuer, or for several whose tokens name the organization in their iss.
func checkWildcards(configs []Config) error {
	var all []Config

	for _, config := range configs {
		if slices.Contains(config.Tenants, allTenants) {
			all = append(all, config)
		}
	}

	if len(all) < 2 || !slices.ContainsFunc(all, func(c Config) bool { return !isTemplate(issuerPattern(c.Issuer)) }) {
		return nil
	}

	return fmt.Errorf(`several issuers have "*" as their tenants, so %s could sign tokens for the organizations of %s: name the organizations`,
		all[0].Issuer, all[1].Issuer)
}

// check says what is wrong with the settings of one issuer.
func (c Config) check() error {
	if c.Issuer == "" || c.Audience == "" {
		return errors.New("an issuer and an audience are required: set both")
	}

	if err := c.checkURLs(); err != nil {
		return err
	}

	if c.FixedTenant != "" && isTemplate(issuerPattern(c.Issuer)) {
		return fmt.Errorf("%s would give one tenant to users of all organizations of %s: leave it out, or name one organization's issuer",
			c.setting("fixed-tenant"), c.Issuer)
	}

	if c.FixedTenant != "" && len(c.Tenants) > 0 {
		return fmt.Errorf("%s and tenants cannot be used together: remove one of them", c.setting("fixed-tenant"))
	}

	for _, tenant := range c.Tenants {
		if tenant != allTenants && licensing.CheckExternalID(tenant) != nil {
			return fmt.Errorf("%s: %q is no organization's id", c.setting("tenants"), tenant)
		}
	}

	return nil
}

// setting returns the name of a setting in messages.
func (c Config) setting(name string) string {
	if c.InTable {
		return fmt.Sprintf("%s of %s in --issuers", name, c.Issuer)
	}

	return "--" + name
}
