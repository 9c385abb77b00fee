package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	strict "github.com/go-jose/go-jose/v4/json"
	"github.com/vektah/gqlparser/v2/validator/core"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// maxIssuersFile is the largest file of issuers, in bytes. It has room for some thousand issuers.
const maxIssuersFile = 1 << 20

// issuerEntry is an issuer in the file of --issuers. Its settings have the names of the flags for a single issuer.
type issuerEntry struct {
	Issuer      string            `json:"issuer"`
	Audience    string            `json:"audience"`
	Tenants     []string          `json:"tenants"`
	TenantClaim string            `json:"tenant-claim"`
	FixedTenant string            `json:"fixed-tenant"`
	UserClaim   string            `json:"user-claim"`
	RolesClaim  string            `json:"roles-claim"`
	RoleMap     map[string]string `json:"role-map"`
	JWKSURL     string            `json:"jwks-url"`
}

// issuerSettings are the names of an issuer's settings.
func issuerSettings() []string {
	return []string{
		"issuer", "audience", "tenants", "tenant-claim", "fixed-tenant", "user-claim", "roles-claim", "role-map", "jwks-url",
	}
}

// readIssuers reads the file of --issuers: a JSON list of objects. It refuses what it does not know.
func readIssuers(path string) ([]auth.Config, error) {
	raw, err := readSmallFile(path, maxIssuersFile)
	if err != nil {
		return nil, err
	}

	var (
		members []map[string]json.RawMessage
		entries []issuerEntry
	)

	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Errorf(`it must be a JSON list of issuers, such as [{"issuer": "https://login.example.com", "audience": "autoclaim"}]: %w`, err)
	}

	for i, entry := range members {
		for _, name := range slices.Sorted(maps.Keys(entry)) {
			if !slices.Contains(issuerSettings(), name) {
				return nil, unknownIssuerSetting(i, name)
			}

			if string(entry[name]) == "null" {
				return nil, fmt.Errorf("issuer %d: %s is null: give a value, or leave it out", i+1, name)
			}
		}
	}

	// This reader refuses a name that is there twice.
	if err := strict.Unmarshal(raw, &entries); err != nil {
		return nil, fmt.Errorf("a setting is there twice, or has a value of the wrong kind: %w", err)
	}

	if len(entries) == 0 {
		return nil, errors.New("it names no issuer")
	}

	configs := make([]auth.Config, len(entries))

	for i, entry := range entries {
		if err := entry.check(); err != nil {
			return nil, fmt.Errorf("issuer %d: %w", i+1, err)
		}

		configs[i] = entry.config()
	}

	return configs, nil
}

// readSmallFile reads a text file, without its byte-order mark.
func readSmallFile(path string, most int64) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return nil, fmt.Errorf("name a file that this user can read: %w", errors.Unwrap(err))
	}

	defer func() { _ = file.Close() }() // A file that was only read loses nothing.

	raw, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("read it: %w", err)
	}

	if int64(len(raw)) > most {
		return nil, fmt.Errorf("it is larger than %d bytes", most)
	}

	return bytes.TrimPrefix(raw, []byte(byteOrderMark)), nil
}

func unknownIssuerSetting(i int, name string) error {
	remedy := fmt.Sprintf("use %v", issuerSettings())
	if near := core.SuggestionList(name, issuerSettings()); len(near) > 0 {
		remedy = "did you mean " + near[0]
	}

	return fmt.Errorf("issuer %d: %s is no setting of an issuer: %s", i+1, shown(name), remedy)
}

// check checks each setting as the flag of its name is checked.
func (e issuerEntry) check() error {
	if e.Issuer == "" || e.Audience == "" {
		return errors.New("issuer and audience are required: give both")
	}

	type setting struct {
		name, value string
		check       func(text string) error
	}

	settings := []setting{
		{"issuer", e.Issuer, checkIssuer},
		{"audience", e.Audience, checkLabel},
		{"tenant-claim", e.TenantClaim, checkClaim},
		{"fixed-tenant", e.FixedTenant, checkExternalID},
		{"user-claim", e.UserClaim, checkClaim},
		{"roles-claim", e.RolesClaim, checkClaim},
		{"jwks-url", e.JWKSURL, checkKeysURL},
	}
	for _, tenant := range e.Tenants {
		if tenant == "" {
			return errors.New("tenants: an organization is empty: remove it")
		}

		settings = append(settings, setting{"tenants", tenant, checkExternalID})
	}

	for _, s := range settings {
		if s.value == "" {
			continue
		}

		if err := checkPart(s.value, s.check); err != nil {
			return fmt.Errorf("%s %s: %w", s.name, shown(s.value), err)
		}
	}

	if e.FixedTenant != "" && e.TenantClaim != "" {
		return errors.New("fixed-tenant and tenant-claim cannot be used together: remove one of them")
	}

	for _, name := range slices.Sorted(maps.Keys(e.RoleMap)) {
		if err := checkRoleOf(name, e.RoleMap[name]); err != nil {
			return fmt.Errorf("role-map: %w", err)
		}
	}

	return nil
}

func (e issuerEntry) config() auth.Config {
	return auth.Config{
		Issuer: e.Issuer, Audience: e.Audience, Tenants: e.Tenants, TenantClaim: e.TenantClaim, FixedTenant: e.FixedTenant,
		UserClaim: e.UserClaim, RolesClaim: e.RolesClaim, RoleMapping: e.RoleMap, JWKSURL: e.JWKSURL, InTable: true,
	}
}
