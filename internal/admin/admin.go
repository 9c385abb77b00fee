// Package admin is every action of an admin. An action loads what it concerns, applies the rule from
// package licensing, saves what changed and records who changed it, all in one transaction.
//
// A rule's refusal comes back as a *licensing.Refusal, and nothing was changed then. An action that
// changes nothing, such as turning on what is on, succeeds and records nothing.
package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Actor is the admin who acts, and for which tenant.
type Actor struct {
	TenantID licensing.ID
	// ExternalID is the identity provider's id of the admin.
	ExternalID string
	// RequestID ties the audit event to the server's logs.
	RequestID string
}

// Service carries out admin actions. It is safe for concurrent use.
type Service struct {
	store *store.Store
	now   func() time.Time
}

// New returns a service on an open store.
func New(db *store.Store, now func() time.Time) *Service {
	return &Service{store: db, now: now}
}

// action is one admin action in its transaction.
type action struct {
	*store.Tx

	actor Actor
	name  string
	at    time.Time
}

// act runs an action in one transaction. name is the mutation's name.
func (s *Service) act(ctx context.Context, actor Actor, name string, work func(a *action) error) error {
	err := s.store.InTx(ctx, actor.TenantID, func(tx *store.Tx) error {
		return work(&action{Tx: tx, actor: actor, name: name, at: licensing.Instant(s.now())})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}

	return nil
}

// record writes the audit event of what was changed. before is nil for a new object.
func (a *action) record(ctx context.Context, kind licensing.Kind, id licensing.ID, before, after any) error {
	event := licensing.AuditEvent{
		ID: licensing.NewID(a.at), At: a.at, Actor: a.actor.ExternalID, Action: a.name,
		ObjectKind: kind, ObjectID: id, RequestID: a.actor.RequestID,
	}

	for _, side := range []struct {
		value any
		json  *[]byte
	}{{before, &event.Before}, {after, &event.After}} {
		if side.value == nil {
			continue
		}

		raw, err := json.Marshal(side.value)
		if err != nil {
			return fmt.Errorf("describe the %s for the audit: %w", kind, err)
		}

		*side.json = raw
	}

	return a.RecordAudit(ctx, event)
}

// found turns the store's "not found" into a refusal that names the input field.
func found[T any](object T, err error) func(path string, kind licensing.Kind) (T, error) {
	return func(path string, kind licensing.Kind) (T, error) {
		if store.IsNotFound(err) {
			return object, licensing.NotFound(path, string(kind))
		}

		return object, err
	}
}
