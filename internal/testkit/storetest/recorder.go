package storetest

import (
	"context"
	"sync"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/autoclaim/autoclaim/internal/store"
)

// Recorder records the statements that the database drivers send, BEGIN and COMMIT included. It traces the
// drivers, so it sees statements of GORM as well as those that go to the driver directly. It is safe for
// concurrent use.
type Recorder struct {
	provider *sdktrace.TracerProvider

	mu         sync.Mutex
	statements []string
}

// NewRecorder returns a recorder. Give its [Recorder.Option] to [Open].
func NewRecorder() *Recorder {
	r := new(Recorder)
	r.provider = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans{r}))

	return r
}

// Option lets the recorder see the statements of a store.
func (r *Recorder) Option() store.Option { return store.WithTracing(r.provider) }

// Of returns the statements that work sends with its context, in order of their ends. That a driver
// prepares a statement does not count.
func (r *Recorder) Of(work func(ctx context.Context)) []string {
	r.mu.Lock()
	r.statements = nil
	r.mu.Unlock()

	ctx, span := r.provider.Tracer("test").Start(context.Background(), "test")
	work(ctx)
	span.End()

	r.mu.Lock()
	defer r.mu.Unlock()

	return r.statements
}

// spans passes what the drivers trace to the recorder.
type spans struct{ recorder *Recorder }

// OnStart implements [sdktrace.SpanProcessor].
func (spans) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements [sdktrace.SpanProcessor].
func (s spans) OnEnd(span sdktrace.ReadOnlySpan) {
	statement, ok := statementOf(span)
	if !ok {
		return
	}

	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()

	s.recorder.statements = append(s.recorder.statements, statement)
}

// Shutdown implements [sdktrace.SpanProcessor].
func (spans) Shutdown(context.Context) error { return nil }

// ForceFlush implements [sdktrace.SpanProcessor].
func (spans) ForceFlush(context.Context) error { return nil }

// statementOf returns the statement that a span stands for. ok is false if it stands for something else, such
// as a batch of statements, each of which has a span of its own.
func statementOf(span sdktrace.ReadOnlySpan) (statement string, ok bool) {
	switch span.Name() {
	case "sql.conn.begin_tx":
		return "BEGIN", true
	case "sql.tx.commit":
		return "COMMIT", true
	case "sql.tx.rollback":
		return "ROLLBACK", true
	}

	for _, attribute := range span.Attributes() {
		switch attribute.Key {
		case "pgx.prepare_stmt.name":
			return "", false
		case "db.query.text":
			statement, ok = attribute.Value.AsString(), true
		}
	}

	return statement, ok
}
