package graphhttp

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	webSocketProtocol = "graphql-transport-ws"
	// maxInitMessage is the largest message before the client is authenticated, in bytes: the longest token and a
	// little more.
	maxInitMessage = 20 << 10
	// maxMessage is the largest message after that, in bytes: the longest text of an operation, and its variables.
	maxMessage = 64 << 10
)

// WebSocketTimes are the time limits of WebSockets. Zeros are replaced by defaults.
type WebSocketTimes struct {
	// Init is how long a client may take to send connection_init, and how long the check of its token may take; 5
	// seconds by default.
	Init time.Duration
	// Ping is the interval of pings; 20 seconds by default. A client that sends nothing for two intervals after a ping
	// is disconnected.
	Ping time.Duration
	// Write is how long one write may take; 10 seconds by default. A client that reads more slowly is disconnected.
	Write time.Duration
}

func (t WebSocketTimes) withDefaults() WebSocketTimes {
	for field, value := range map[*time.Duration]time.Duration{
		&t.Init: 5 * time.Second, &t.Ping: 20 * time.Second, &t.Write: streamWriteTimeout,
	} {
		if *field == 0 {
			*field = value
		}
	}

	return t
}

// webSocketTransport is the protocol graphql-transport-ws
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), for subscriptions only. Browsers cannot send
// headers with a WebSocket, so the payload of connection_init may have the token, as its "Authorization".
type webSocketTransport struct {
	authenticate func(ctx context.Context, token string) (auth.Caller, error)
	now          func() time.Time
	origins      []string
	prepare      *preparer
	requests     admission.Requests
	streams      *admission.Streams
	// limit is how many streams one WebSocket may have at the same time, those included that are about to end.
	limit int
	times WebSocketTimes
}

type webSocketKey struct{}

func isWebSocket(ctx context.Context) bool { return ctx.Value(webSocketKey{}) != nil }

// Supports implements [graphql.Transport].
func (webSocketTransport) Supports(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// Do implements [graphql.Transport].
func (t webSocketTransport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if status, err := t.check(r); err != nil {
		reject(w, exec, r, mediaJSON, status, err)

		return
	}

	leave, err := t.streams.EnterConnection()
	if err != nil {
		reject(w, exec, r, mediaJSON, http.StatusServiceUnavailable, err)

		return
	}
	defer leave()

	s := &socket{
		webSocketTransport: t, exec: exec,
		slots: make(chan struct{}, t.limit), active: make(map[string]*stream),
	}
	upgrade := &hijacker{ResponseWriter: w}

	s.connection, err = websocket.Accept(upgrade, r, &websocket.AcceptOptions{
		Subprotocols:       []string{webSocketProtocol},
		InsecureSkipVerify: true, // check has checked the origin.
		OnPingReceived:     func(context.Context, []byte) bool { return s.allow() },
		OnPongReceived:     func(context.Context, []byte) { s.allow() },
	})
	if err != nil { // Accept has sent a response.
		return
	}

	s.wire = upgrade.connection
	s.connection.SetReadLimit(maxInitMessage)
	s.serve(context.WithValue(r.Context(), webSocketKey{}, true))
}

// check says why a request cannot open a WebSocket.
func (t webSocketTransport) check(r *http.Request) (status int, err error) {
	offered := tokensOf(r.Header, "Sec-WebSocket-Protocol")
	key, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(r.Header.Get("Sec-WebSocket-Key")))

	const keyBytes = 16

	switch {
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || !slices.Contains(offered, webSocketProtocol):
		return http.StatusBadRequest, apierror.BadInput(
			"Upgrade: this server upgrades only to WebSockets with the protocol %s.", webSocketProtocol)
	case r.Method != http.MethodGet, !r.ProtoAtLeast(1, 1),
		!slices.ContainsFunc(tokensOf(r.Header, "Connection"), func(option string) bool { return strings.EqualFold(option, "upgrade") }),
		r.Header.Get("Sec-WebSocket-Version") != "13", len(r.Header.Values("Sec-WebSocket-Key")) != 1, len(key) != keyBytes:
		return http.StatusBadRequest, apierror.BadInput(
			"Upgrade: this is no opening handshake of version 13 of WebSockets (RFC 6455). Use a WebSocket library.")
	case !t.allows(r):
		return http.StatusForbidden, apierror.Forbidden(
			"Pages of this origin may not open WebSockets here. Ask the operator to allow it.")
	default:
		return 0, nil
	}
}

func tokensOf(header http.Header, name string) []string {
	return strings.FieldsFunc(strings.Join(header.Values(name), ","), func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
}

// allows says whether the page that opens the WebSocket is of an allowed origin. Browsers send no preflight
// request for WebSockets, so the server has to check. It does not know its own scheme behind a TLS proxy, so it
// compares only the host and the port of its own origin.
func (t webSocketTransport) allows(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	page, err := url.Parse(origin)

	return origin == "" || err == nil && strings.EqualFold(page.Host, withoutDefaultPort(page.Scheme, r.Host)) ||
		slices.Contains(t.origins, origin) || slices.Contains(t.origins, "*")
}

// withoutDefaultPort returns the host of a page as browsers write it in its origin. Some proxies add the default port.
func withoutDefaultPort(scheme, host string) string {
	return strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[scheme])
}

// hijacker keeps the connection that a WebSocket takes over. Deadlines of the connection bound what the WebSocket
// library does not: it waits for the rest of a frame without a limit while it closes.
type hijacker struct {
	http.ResponseWriter

	connection net.Conn
}

// Hijack implements [http.Hijacker].
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}

	h.connection = connection

	return connection, buffers, nil
}
