// Package admin holds every action of an admin. In one transaction, an action loads what it concerns, applies
// a rule of package licensing, saves what changed and records an audit event.
//
// The refusal of a rule is returned as a *licensing.Refusal; then nothing has changed. An action that would
// change nothing, such as turning on what is on already, succeeds and records nothing.
package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// Actor is the admin who acts, and the tenant in which they act.
type Actor struct {
	TenantID licensing.ID
	// ExternalID is the identity provider's id of the admin.
	ExternalID string
	// RequestID is the id of the request, which the server's logs show too.
	RequestID string
}

// Service carries out admin actions. It is safe for concurrent use.
type Service struct {
	store *store.Store
	now   func() time.Time
}

// New returns a service that works on an open store.
func New(db *store.Store, now func() time.Time) *Service {
	return &Service{store: db, now: now}
}

// action is one admin action in its transaction.
type action struct {
	*store.Tx

	actor Actor
	// name is the name of the mutation.
	name string
	// at is the time of all changes that the action makes.
	at time.Time
}

// act runs an action in one transaction and returns its result, even with an error. name is the name of the
// mutation. The transaction may be retried, so work must have no other effects than those of the transaction.
func act[T any](
	ctx context.Context, s *Service, actor Actor, name string, work func(a *action) (T, error),
) (T, error) {
	var result T

	at := licensing.Instant(s.now())

	err := s.store.InTx(ctx, actor.TenantID, func(tx *store.Tx) (err error) {
		result, err = work(&action{Tx: tx, actor: actor, name: name, at: at})

		return err
	})
	if err != nil {
		return result, fmt.Errorf("%s: %w", name, err)
	}

	return result, nil
}

// record writes the audit event of a change. before is nil for a new object.
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

// notFoundAs replaces [licensing.ErrNotFound] by a refusal that names the field of the input at fault. It leaves
// other errors as they are.
func notFoundAs(path string, kind licensing.Kind, err error) error {
	if licensing.IsNotFound(err) {
		return licensing.NotFound(path, kind)
	}

	return err
}
