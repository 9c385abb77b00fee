package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// channel is the PostgreSQL channel of announcements.
const channel = "autoclaim_changes"

// announcements carries live changes between processes by NOTIFY and LISTEN.
type announcements struct{ database *Database }

// Announce implements [livefeed.Transport]. It is not part of the transaction that it reports: inside one, NOTIFY makes
// the commits of all transactions that announce wait for each other.
func (a announcements) Announce(ctx context.Context, texts []string) error {
	list, _ := json.Marshal(texts) // Text always has a JSON form.

	err := a.database.signIns.WithContext(ctx).Exec(
		"SELECT pg_notify(?, text) FROM json_array_elements_text(?::json) AS t (text)", channel, string(list)).Error
	if err != nil {
		return fmt.Errorf("announce changes: %w", err)
	}

	return nil
}

// Listen implements [livefeed.Transport]. It connects to the database itself: a pooler would not keep the session that
// listens. It ends when the connections of the pools are left, because the announcements come from another server then.
func (a announcements) Listen(ctx context.Context, listening func(), receive func(text string) error) error {
	ctx, cancel := context.WithCancel(ctx)

	var watching sync.WaitGroup

	defer watching.Wait()
	defer cancel()

	current := a.database.generations.current.Load()

	watching.Go(func() {
		select {
		case <-current.left:
			cancel()
		case <-ctx.Done():
		}
	})

	connection, err := a.database.connectDirectly(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}

	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }() // The connection is not used again.

	if _, err := connection.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}

	listening()

	for {
		notification, err := connection.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for announcements: %w", err)
		}

		if err := receive(notification.Payload); err != nil {
			return err
		}
	}
}
