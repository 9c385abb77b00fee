package graphhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	webSocketProtocol = "graphql-transport-ws"
	// initTimeout is how long a client may take to send connection_init.
	initTimeout = 5 * time.Second
	// pingInterval is the interval of pings, which detect clients that are gone.
	pingInterval = 20 * time.Second
	// maxMessage is the largest message of a client, in bytes: an operation and its variables.
	maxMessage = 256 << 10
	// maxInitMessage is the largest connection_init, in bytes: the longest token and a little more.
	maxInitMessage = 20 << 10
	// closeBadRequest and those below are close codes of the protocol.
	closeBadRequest      = 4400
	closeUnauthenticated = 4401
	closeForbidden       = 4403
)

// webSocketTransport is the protocol graphql-transport-ws, for subscriptions only. Browsers cannot send headers
// with a WebSocket, so the payload of connection_init may have the token, as its "Authorization".
type webSocketTransport struct {
	authenticate func(ctx context.Context, token string) (auth.Caller, error)
	now          func() time.Time
	origins      []string
	prepare      *preparer
}

type webSocketKey struct{}

func isWebSocket(ctx context.Context) bool { return socketFrom(ctx) != nil }

func socketFrom(ctx context.Context) *socket {
	s, _ := ctx.Value(webSocketKey{}).(*socket)

	return s
}

// Supports implements [graphql.Transport].
func (webSocketTransport) Supports(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// Do implements [graphql.Transport].
func (t webSocketTransport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	offered := strings.FieldsFunc(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","),
		func(c rune) bool { return c == ',' || c == ' ' })

	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || !slices.Contains(offered, webSocketProtocol) {
		reject(w, exec, r, mediaJSON, http.StatusBadRequest, apierror.BadInput(
			"Upgrade: this server upgrades only to WebSockets with the protocol %s.", webSocketProtocol))

		return
	}

	if !t.allows(r) {
		reject(w, exec, r, mediaJSON, http.StatusForbidden, apierror.Forbidden(
			"Pages of this origin may not open WebSockets here. Ask the operator to allow it."))

		return
	}

	limit := int64(maxInitMessage)
	s := new(socket)
	ctx := admission.WithSharedConnection(context.WithValue(r.Context(), webSocketKey{}, s))

	transport.Websocket{
		Implementation:   acceptor{socket: s},
		InitFunc:         t.initialize,
		InitTimeout:      initTimeout,
		PingPongInterval: pingInterval,
		PayloadReadLimit: &limit,
	}.Do(w, r.WithContext(ctx), preparingExecutor{GraphExecutor: exec, prepare: t.prepare})

	// gqlgen's transport leaves the connection open if the payload of connection_init is malformed.
	s.finish()
}

// preparingExecutor makes gqlgen's transport prepare operations as [httpTransport] does.
type preparingExecutor struct {
	graphql.GraphExecutor

	prepare *preparer
}

// CreateOperationContext implements [graphql.GraphExecutor].
func (e preparingExecutor) CreateOperationContext(
	ctx context.Context, params *graphql.RawParams,
) (*graphql.OperationContext, gqlerror.List) {
	request, problem := parseRequest(marshal(params))
	if problem != nil {
		return &graphql.OperationContext{}, gqlerror.List{gqlerror.WrapIfUnwrapped(problem.err)}
	}

	operation, errs := e.prepare.operation(ctx, e.GraphExecutor, request)

	return operation.OperationContext, errs
}

// allows says whether the page that opens the WebSocket is of an allowed origin. Browsers send no preflight
// request for WebSockets, so the server has to check.
func (t webSocketTransport) allows(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	page, err := url.Parse(origin)

	return origin == "" || err == nil && strings.EqualFold(page.Host, r.Host) ||
		slices.Contains(t.origins, origin) || slices.Contains(t.origins, "*")
}

// initialize authenticates the client, unless its request had a token, and limits the connection to the lifetime of
// the token.
func (t webSocketTransport) initialize(
	ctx context.Context, payload transport.InitPayload,
) (context.Context, *transport.InitPayload, error) {
	caller, known := auth.CallerFrom(ctx)
	authorization := payload.Authorization()

	// gqlgen keeps the payload as long as the connection is open.
	clear(payload)

	if !known {
		token, present, err := auth.BearerToken(http.Header{"Authorization": {authorization}})
		if err == nil && present {
			caller, err = t.authenticate(ctx, token)
		}

		if err != nil {
			code, message := closeForbidden, "Forbidden"
			if invalid, ok := errors.AsType[*auth.TokenError](err); ok {
				code, message = closeUnauthenticated, invalid.Reason
			}

			return transport.AppendCloseReason(transport.WithWebsocketCloseCode(ctx, code), message), nil, err
		}
	}

	// When the token expires, each stream ends with an error. The connection is closed a little later, so that the
	// client receives those errors.
	const margin = time.Second

	left := caller.ExpiresAt.Sub(t.now()) + margin
	socketFrom(ctx).expireIn(left)
	socketFrom(ctx).SetReadLimit(maxMessage)

	ctx, cancel := context.WithTimeout(auth.WithCaller(ctx, caller), left)
	socketFrom(ctx).onClose(cancel)

	return ctx, nil, nil
}

// acceptor opens a [socket] for gqlgen's transport.
type acceptor struct{ socket *socket }

// Accept implements [transport.WebsocketImplementation].
func (a acceptor) Accept(
	w http.ResponseWriter, r *http.Request, _ transport.WebsocketAcceptOptions,
) (transport.WebsocketConn, error) {
	connection, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       []string{webSocketProtocol},
		InsecureSkipVerify: true, // allows has checked the origin.
	})
	if err != nil {
		return nil, fmt.Errorf("accept a WebSocket: %w", err)
	}

	a.socket.connection = connection

	return a.socket, nil
}

// socket is a WebSocket whose writes have a time limit. Its methods are safe for concurrent use.
type socket struct {
	connection *websocket.Conn

	mu       sync.Mutex
	deadline *time.Timer
	expires  time.Time
	release  context.CancelFunc
}

func (s *socket) expireIn(left time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.expires = time.Now().Add(left)
}

// finish closes the connection if it is still open.
func (s *socket) finish() {
	if s.connection == nil { // It was never upgraded.
		return
	}

	_ = s.connection.Close(closeBadRequest, "Invalid message") // It returns an error if the connection is closed already.
	_ = s.Close()
}

func (s *socket) onClose(release context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.release = release
}

// NextReader implements [transport.WebsocketConn].
func (s *socket) NextReader() (int, io.Reader, error) {
	kind, message, err := s.connection.Read(context.Background())
	if err != nil {
		if status := websocket.CloseStatus(err); status == websocket.StatusNormalClosure || status == websocket.StatusNoStatusRcvd {
			return int(kind), nil, transport.ErrWebsocketClosed
		}

		return int(kind), nil, fmt.Errorf("read from a WebSocket: %w", err)
	}

	return int(kind), bytes.NewReader(message), nil
}

// WriteJSON implements [transport.WebsocketConn]. It closes the connection if the client does not read the message.
func (s *socket) WriteJSON(value any) error {
	message, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}

	ctx, cancel := context.WithTimeout(context.Background(), streamWriteTimeout)
	defer cancel()

	if err := s.connection.Write(ctx, websocket.MessageText, message); err != nil {
		return errors.Join(fmt.Errorf("write to a WebSocket: %w", err), s.connection.CloseNow())
	}

	return nil
}

// WriteClose implements [transport.WebsocketConn].
func (s *socket) WriteClose(code int, reason string) error {
	s.mu.Lock()
	if !s.expires.IsZero() && !time.Now().Before(s.expires) {
		code, reason = closeUnauthenticated, "The token has expired."
	}
	s.mu.Unlock()

	if err := s.connection.Close(websocket.StatusCode(code), reason); err != nil {
		return fmt.Errorf("close a WebSocket: %w", err)
	}

	return nil
}

// Close implements [transport.WebsocketConn].
func (s *socket) Close() error {
	s.mu.Lock()
	if s.deadline != nil {
		s.deadline.Stop()
	}

	if s.release != nil {
		s.release()
	}
	s.mu.Unlock()

	return s.connection.CloseNow() //nolint:wrapcheck // gqlgen ignores the error.
}

// Subprotocol implements [transport.WebsocketConn].
func (s *socket) Subprotocol() string { return s.connection.Subprotocol() }

// SetReadLimit implements [transport.WebsocketReadLimiter].
func (s *socket) SetReadLimit(limit int64) { s.connection.SetReadLimit(limit) }

// SetReadDeadline implements [transport.WebsocketReadDeadliner].
func (s *socket) SetReadDeadline(at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.deadline != nil {
		s.deadline.Stop()
		s.deadline = nil
	}

	if !at.IsZero() {
		s.deadline = time.AfterFunc(time.Until(at), func() { _ = s.connection.CloseNow() })
	}

	return nil
}
