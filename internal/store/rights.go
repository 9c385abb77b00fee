package store

import (
	"context"
	"fmt"
	"maps"

	"github.com/autoclaim/autoclaim/internal/store/postgres"
)

// readRights returns what a role needs that only reads, by table. It has all tables of the schema.
func readRights() map[string][]string {
	rights := make(map[string][]string)
	for table := range serverRights() {
		rights[table] = []string{"SELECT"}
	}

	return rights
}

// serverRights returns what the role of a server needs, by table. Locking rows needs UPDATE too.
func serverRights() map[string][]string {
	read, add := []string{"SELECT"}, []string{"SELECT", "INSERT"}
	change, remove := []string{"SELECT", "INSERT", "UPDATE"}, []string{"SELECT", "INSERT", "UPDATE", "DELETE"}

	return map[string][]string{
		"goose_db_version": read, "schema_state": read,
		"catalog_state": read, "apps": read, "products": read, "product_apps": read,
		"tenants": {"SELECT", "UPDATE"}, "users": change,
		"license_pools": change, "subscriptions": change, "policies": change, "policy_products": remove,
		"licenses": change, "claims": add, "claim_days": change, "missed_claims": change, "audit_events": add,
	}
}

// commandRights returns what the role of all commands needs but of migrate, by table.
func commandRights() map[string][]string {
	rights := serverRights()
	maps.Copy(rights, map[string][]string{
		"catalog_state": {"SELECT", "UPDATE"}, "apps": {"SELECT", "INSERT", "UPDATE"}, "products": {"SELECT", "INSERT", "UPDATE"},
		"product_apps": {"SELECT", "INSERT", "DELETE"}, "tenants": {"SELECT", "INSERT", "UPDATE"},
		"claim_days": {"SELECT", "INSERT", "UPDATE", "DELETE"},
	})

	return rights
}

// CheckServerRights returns an error that says which rights the database's role lacks for a server.
func (s *Store) CheckServerRights(ctx context.Context) error {
	return s.database.CheckRights(ctx, serverRights())
}

// ExplainRights adds to an error about a right which ones the database's role lacks for a command. It returns any other
// error, or none, as it is.
func (s *Store) ExplainRights(ctx context.Context, err error) error {
	if !postgres.LacksRights(err) {
		return err
	}

	if lacking := s.database.CheckRights(ctx, commandRights()); lacking != nil {
		return fmt.Errorf("%w: %w", lacking, err)
	}

	return err
}
