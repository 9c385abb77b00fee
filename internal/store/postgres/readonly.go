package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// errReadOnly means that the server at the database's address cannot change anything at the moment. A standby is one, after
// it was the primary or before it becomes the primary.
var errReadOnly = errors.New("the server only reads: it is a standby, or default_transaction_read_only is on. " +
	"If this lasts, let the address lead to the primary, or turn that setting off")

// readOnlyTransaction is the code with which a server answers that it cannot change anything.
const readOnlyTransaction = "25006"

// requirePrimary lets no connection be made to a standby, unless the URL says which servers to use. The answers of a
// standby may be old: it does not know yet what the primary did last.
func requirePrimary(config *pgx.ConnConfig) {
	validate := config.ValidateConnect
	if validate == nil {
		validate = refuseStandby
	}

	config.ValidateConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		err := validate(ctx, connection)
		if errors.Is(err, pgconn.ErrStandbyConnection) || errors.Is(err, pgconn.ErrReadOnlyConnection) {
			return errReadOnly
		}

		return err
	}
}

func refuseStandby(ctx context.Context, connection *pgconn.PgConn) error {
	// A pooler reports what was true of its first connection, so "on" must be checked.
	if connection.ParameterStatus("in_hot_standby") == "off" {
		return nil
	}

	return pgconn.ValidateConnectTargetSessionAttrsPrimary(ctx, connection)
}

// generation has the connections that were opened between two moments at which all were left.
type generation struct {
	// left is closed when the connections are left.
	left  chan struct{}
	began time.Time
}

// minGeneration is the least age at which a generation is left. While a server only reads, each write would make all
// connections be opened again otherwise.
const minGeneration = time.Second

// generations lets all connections be left together: when a server answers that it only reads, the other connections
// lead to the same server. It is safe for concurrent use.
type generations struct{ current atomic.Pointer[generation] }

// generationKey is the key of a connection's generation in its custom data.
const generationKey = "generation"

func newGenerations() *generations {
	g := new(generations)
	g.current.Store(&generation{left: make(chan struct{})})

	return g
}

// generationOf returns the generation of a connection; nil if it has none yet.
func generationOf(connection *pgconn.PgConn) *generation {
	found, _ := connection.CustomData()[generationKey].(*generation)

	return found
}

// leave lets no connection of the generation be used again. Those in use are closed when they return to their pool. It
// does nothing if the generation was left already, or is too young.
func (g *generations) leave(left *generation) {
	now := time.Now()
	if left == nil || now.Sub(left.began) < minGeneration {
		return
	}

	if g.current.CompareAndSwap(left, &generation{left: make(chan struct{}), began: now}) {
		close(left.left)
	}
}

// watch closes a connection that answers that the server only reads, and leaves all others.
func (g *generations) watch(config *pgx.ConnConfig) {
	keeps := config.OnPgError
	config.OnPgError = func(connection *pgconn.PgConn, failure *pgconn.PgError) bool {
		if failure.Code == readOnlyTransaction {
			g.leave(generationOf(connection))

			return false
		}

		return keeps(connection, failure)
	}
}

// options return how a pool opens connections, and that it uses those of the current generation only.
func (g *generations) options(prepare prepareFunc) []stdlib.OptionOpenDB {
	return []stdlib.OptionOpenDB{
		stdlib.OptionBeforeConnect(func(_ context.Context, config *pgx.ConnConfig) error {
			// Where the address leads is looked up after this.
			opened := g.current.Load()

			config.AfterConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
				connection.CustomData()[generationKey] = opened

				return prepare(ctx, connection, config)
			}

			return nil
		}),
		stdlib.OptionResetSession(func(_ context.Context, connection *pgx.Conn) error {
			if generationOf(connection.PgConn()) != g.current.Load() {
				return driver.ErrBadConn // The pool takes another connection.
			}

			return nil
		}),
	}
}

// prepareFunc makes the settings of a new connection.
type prepareFunc func(ctx context.Context, connection *pgconn.PgConn, config *pgx.ConnConfig) error

// Ready returns an error if the server does not answer or only reads.
func (d *Database) Ready(ctx context.Context) error {
	err := d.askWhetherItWrites(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}

	// That connection led to a server that is gone, or that only reads. A ping finds others that are cut.
	if err := d.poolOfSignIns.PingContext(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}

	return d.askWhetherItWrites(ctx)
}

// askWhetherItWrites returns an error unless a transaction on a connection for sign-ins could write. If it could not, the
// connection is closed, and all are left.
func (d *Database) askWhetherItWrites(ctx context.Context) error {
	return d.withConnection(ctx, func(connection *pgx.Conn) error {
		var readOnly string

		err := connection.QueryRow(ctx, "SELECT current_setting('transaction_read_only')").Scan(&readOnly)
		if err != nil {
			return fmt.Errorf("ask whether the server can write: %w", err)
		}

		if readOnly != "on" {
			return nil
		}

		d.generations.leave(generationOf(connection.PgConn()))

		return errors.Join(errReadOnly, connection.Close(ctx))
	})
}
