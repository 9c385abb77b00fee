package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// withConnection runs work on a connection for sign-ins, as one of pgx, which can send several statements at once; GORM and database/sql
// cannot. It is an error if the pool's driver is not pgx itself, as when a package for tracing wraps the driver.
func (d *Database) withConnection(ctx context.Context, work func(*pgx.Conn) error) error {
	connection, err := d.poolOfSignIns.Conn(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}

	err = connection.Raw(func(driverConnection any) error {
		pgxConnection, ok := driverConnection.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the database driver's connection is a %T, not pgx's %T", driverConnection, pgxConnection)
		}

		return work(pgxConnection.Conn())
	})

	return errors.Join(err, connection.Close())
}

func uuidOf(id licensing.ID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

func uuidsOf(ids []licensing.ID) []pgtype.UUID {
	converted := make([]pgtype.UUID, len(ids))
	for i, id := range ids {
		converted[i] = uuidOf(id)
	}

	return converted
}
