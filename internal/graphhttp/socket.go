package graphhttp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	// maxRefusedInARow is how many messages in a row may be over the rate before the WebSocket is closed.
	maxRefusedInARow = 100
	// maxEarlyMessages is how many messages a client may send before it is authenticated. More are over the rate.
	maxEarlyMessages = 10
	// maxUnanswered is how many pings in a row a client may leave unanswered.
	maxUnanswered = 2
	// drainTimeout is how long streams may take to send their last error before the WebSocket is closed.
	drainTimeout = time.Second
	// closeTimeout is how long a client may take to receive a close frame and to answer it.
	closeTimeout = 2 * time.Second
)

// socket is one WebSocket. The goroutine of its HTTP request reads all messages. Each stream has a goroutine, and one
// more sends pings. All of them have ended when serve returns, and the connection is closed.
type socket struct {
	webSocketTransport

	exec       graphql.GraphExecutor
	connection *websocket.Conn
	wire       net.Conn

	// end closes the WebSocket after all streams have ended. Only the first call has an effect.
	end     func(code websocket.StatusCode, reason string)
	running sync.WaitGroup
	// unanswered is how many pings were sent since the last message of the client.
	unanswered atomic.Int32
	// slots bounds the goroutines of streams.
	slots chan struct{}

	// Only the goroutine that reads uses these.
	caller       auth.Caller
	initTimer    *time.Timer
	acknowledged bool
	early        int
	refused      int

	mu       sync.Mutex
	active   map[string]*stream
	draining *closure
	timers   []*time.Timer
}

// closure is why a WebSocket is closed.
type closure struct {
	code   websocket.StatusCode
	reason string
}

// Error implements [error].
func (c *closure) Error() string { return fmt.Sprintf("%d: %s", c.code, c.reason) }

// serve reads messages until the WebSocket must end, and closes it.
func (s *socket) serve(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)

	s.end = func(code websocket.StatusCode, reason string) { cancel(&closure{code, reason}) }
	defer s.finish(ctx)

	s.initTimer = time.AfterFunc(s.times.Init, func() { s.end(closeInitTimeout, "Connection initialisation timeout") })
	defer s.initTimer.Stop()

	s.running.Go(func() { s.watch(ctx) })

	defer func() {
		if p := recover(); p != nil {
			s.exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(apierror.Panic(p))}) // It logs the error.
			s.end(websocket.StatusInternalError, apierror.CodeInternal)
		}
	}()

	reading := ctx
	for ctx.Err() == nil {
		kind, text, err := s.connection.Read(context.Background())
		if err != nil { // The client has closed the connection, or watch has interrupted the read.
			return
		}

		s.unanswered.Store(0)

		reading = s.handle(reading, kind, text) //nolint:fatcontext // It changes once, when the client is authenticated.
	}
}

// finish waits for all goroutines of the WebSocket and closes it.
func (s *socket) finish(ctx context.Context) {
	s.end(websocket.StatusNormalClosure, "")
	s.running.Wait()

	s.mu.Lock()
	for _, timer := range s.timers {
		timer.Stop()
	}
	s.mu.Unlock()

	var why *closure
	if !errors.As(context.Cause(ctx), &why) {
		why = &closure{websocket.StatusGoingAway, ""} // The request's context has ended.
	}

	// The client may be gone. The connection is closed in any case, so errors do not matter.
	_ = s.wire.SetDeadline(time.Now().Add(closeTimeout))
	_ = s.connection.Close(why.code, closeReason(why.reason))
	_ = s.wire.Close()
}

// watch sends pings, and interrupts the reader when the WebSocket must end.
func (s *socket) watch(ctx context.Context) {
	ping := time.NewTicker(s.times.Ping)
	defer ping.Stop()

	closing := s.streams.Closing()

	for {
		select {
		case <-ctx.Done():
			_ = s.wire.SetReadDeadline(time.Unix(1, 0)) // If it fails, the connection is closed already.

			return
		case <-closing:
			closing = nil

			s.drain(closure{websocket.StatusGoingAway, "The server is shutting down. Connect again; another server will respond."})
		case <-ping.C:
			if s.unanswered.Add(1) > maxUnanswered {
				s.end(websocket.StatusGoingAway, "Pings were not answered.")

				continue
			}

			s.send(messagePing, "", nil)
		}
	}
}

// drain closes the WebSocket when its last stream has ended, or soon after. The streams end by themselves for the same
// reason: the token has expired, or the server shuts down.
func (s *socket) drain(why closure) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if len(s.active) == 0 {
		s.end(why.code, why.reason)

		return
	}

	s.draining = &why
	s.timers = append(s.timers, time.AfterFunc(drainTimeout, func() { s.end(why.code, why.reason) }))
}

// send writes a message. A client that does not read it in time is disconnected.
func (s *socket) send(kind, id string, payload []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), s.times.Write)
	defer cancel()

	if err := s.connection.Write(ctx, websocket.MessageText, encodeMessage(kind, id, payload)); err != nil {
		s.end(websocket.StatusPolicyViolation, "Messages were not read in time.")
	}
}

// handle handles a message and returns the context of later ones.
func (s *socket) handle(ctx context.Context, kind websocket.MessageType, text []byte) context.Context {
	if !utf8.Valid(text) {
		s.end(websocket.StatusInvalidFramePayloadData, "The message is not UTF-8.")

		return ctx
	}

	m, err := readMessage(text)

	switch {
	case kind != websocket.MessageText:
		s.end(closeInvalidMessage, "Invalid message: it must be a text frame.")
	case err != nil:
		s.end(closeInvalidMessage, err.Error())
	case m.kind == messageSubscribe: // It is counted when it is admitted.
		s.subscribe(ctx, m)
	case m.kind == messageInit:
		return s.initialize(ctx, m)
	case m.kind == messageComplete:
		s.allow()
		s.complete(m.id)
	case m.kind == messagePing:
		if s.allow() {
			s.send(messagePong, "", m.payload)
		}
	case m.kind == messagePong:
		s.allow()
	}

	return ctx
}

// allow counts a message, and says whether it is within the rate of the principal.
func (s *socket) allow() bool {
	var within bool

	if s.acknowledged {
		_, within = s.requests.Rates.Allow(s.caller, 1)
	} else {
		s.early++
		within = s.early <= maxEarlyMessages
	}

	s.count(within)

	return within
}

// count closes the WebSocket if its client goes on although its messages are refused. The code keeps clients from
// connecting again at once, unlike StatusTryAgainLater.
func (s *socket) count(within bool) {
	if within {
		s.refused = 0

		return
	}

	if s.refused++; s.refused > maxRefusedInARow {
		s.end(websocket.StatusPolicyViolation, apierror.CodeRateLimited+": You kept sending messages over the rate limit.")
	}
}

// initialize authenticates the client, unless its request had a token, and limits the WebSocket to the lifetime of the
// token. Nothing else of the message is kept.
func (s *socket) initialize(ctx context.Context, m message) context.Context {
	if s.acknowledged {
		s.end(closeTooManyInits, "Too many initialisation requests")

		return ctx
	}

	s.initTimer.Stop()

	caller, known := auth.CallerFrom(ctx)
	if !known {
		var err error
		if caller, err = s.verify(ctx, m); err != nil {
			s.refuse(ctx, err)

			return ctx
		}
	}

	if _, within := s.requests.Rates.Allow(caller, 1); !within {
		s.refuse(ctx, &admission.Refusal{Status: http.StatusTooManyRequests, Err: apierror.RateLimited()})

		return ctx
	}

	s.caller, s.acknowledged = caller, true
	s.connection.SetReadLimit(maxMessage)

	s.mu.Lock()
	s.timers = append(s.timers, time.AfterFunc(caller.ExpiresAt.Sub(s.now()), func() {
		s.drain(closure{closeUnauthorized, "The token has expired."})
	}))
	s.mu.Unlock()

	s.send(messageAck, "", nil)

	return auth.WithCaller(ctx, caller)
}

// verify verifies the token in the payload of connection_init.
func (s *socket) verify(ctx context.Context, m message) (auth.Caller, error) {
	authorizations, err := authorizationsOf(m.payload)
	if err != nil {
		return auth.Caller{}, err
	}

	token, present, err := auth.BearerToken(http.Header{"Authorization": authorizations})
	if err == nil && !present {
		err = &auth.TokenError{Reason: "Send a bearer token as the Authorization in the payload of connection_init."}
	}

	if err != nil {
		return auth.Caller{}, err
	}

	ctx, cancel := context.WithTimeout(ctx, s.times.Init)
	defer cancel()

	return s.authenticate(ctx, token)
}

// refuse closes the WebSocket of a client that is not let in.
func (s *socket) refuse(ctx context.Context, err error) {
	var (
		malformed invalidMessage
		token     *auth.TokenError
		refusal   *admission.Refusal
	)

	switch {
	case errors.As(err, &malformed):
		s.end(closeInvalidMessage, malformed.Error())
	case errors.As(err, &token):
		s.end(closeUnauthorized, token.Reason)
	case errors.As(err, &refusal):
		s.end(websocket.StatusTryAgainLater, fmt.Sprintf("%s: %s", refusal.Err.Extensions["code"], refusal.Err.Message))
	case errors.Is(err, auth.ErrUnknownTenant):
		s.end(closeForbidden, "Your organization is not registered here. Ask the operator to create a tenant for it.")
	default:
		if ctx.Err() == nil { // Otherwise the WebSocket has ended.
			s.exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(err)}) // It logs the error.
		}

		s.end(websocket.StatusTryAgainLater, apierror.CodeUnavailable+": Your token cannot be verified now. Try again soon.")
	}
}
