package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/server"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const poolQuery = `subscription { licensePoolChanged { total } }`

func TestAWebSocketIsClosedWithTheCodeOfTheProtocol(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)
	valid := initMessage(admin.token)
	subscribe := func(fields string) string { return `{"type": "subscribe", ` + fields + `}` }

	for name, test := range map[string]struct {
		code     websocket.StatusCode
		reason   string
		messages []string
	}{
		"not JSON":                        {4400, "Invalid message: it must be a JSON object.", []string{`{`}},
		"text for an object":              {4400, "", []string{`"connection_init"`}},
		"a list of messages":              {4400, "", []string{`[` + valid + `]`}},
		"null":                            {4400, "", []string{`null`}},
		"two messages in one":             {4400, "", []string{valid + valid}},
		"an open object":                  {4400, "", []string{`{"type": "ping"`}},
		"a trailing comma":                {4400, "", []string{`{"type": "ping",}`}},
		"no type":                         {4400, "", []string{`{"payload": {}}`}},
		"a type that is no text":          {4400, "", []string{`{"type": 1}`}},
		"an unknown type":                 {4400, "", []string{`{"type": "start", "id": "1"}`}},
		"a type in capitals":              {4400, "", []string{`{"type": "PING"}`}},
		"a name in capitals":              {4400, "", []string{`{"TYPE": "ping"}`}},
		"a server's type":                 {4400, "", []string{valid, `{"type": "next", "id": "1", "payload": {}}`}},
		"an init with a list":             {4400, "", []string{`{"type": "connection_init", "payload": [1]}`}},
		"an init with text":               {4400, "", []string{`{"type": "connection_init", "payload": "x"}`}},
		"a token that is no text":         {4400, "", []string{`{"type": "connection_init", "payload": {"Authorization": {}}}`}},
		"a ping with text":                {4400, "", []string{valid, `{"type": "ping", "payload": "x"}`}},
		"a pong with a number":            {4400, "", []string{valid, `{"type": "pong", "payload": 1}`}},
		"a subscription without an id":    {4400, "", []string{valid, subscribe(`"payload": {"query": "{a}"}`)}},
		"an empty id":                     {4400, "", []string{valid, subscribe(`"id": "", "payload": {"query": "{a}"}`)}},
		"a number for an id":              {4400, "", []string{valid, subscribe(`"id": 1, "payload": {"query": "{a}"}`)}},
		"a long id":                       {4400, "", []string{valid, subscribe(`"id": "` + strings.Repeat("x", 257) + `", "payload": {"query": "{a}"}`)}},
		"an id in capitals":               {4400, "", []string{valid, subscribe(`"ID": "1", "payload": {"query": "{a}"}`)}},
		"no payload":                      {4400, "", []string{valid, subscribe(`"id": "1"`)}},
		"a payload of text":               {4400, "", []string{valid, subscribe(`"id": "1", "payload": "{a}"`)}},
		"no query":                        {4400, "", []string{valid, subscribe(`"id": "1", "payload": {}`)}},
		"a query that is no text":         {4400, "", []string{valid, subscribe(`"id": "1", "payload": {"query": {}}`)}},
		"variables in a list":             {4400, "", []string{valid, subscribe(`"id": "1", "payload": {"query": "{a}", "variables": []}`)}},
		"a number for an operation":       {4400, "", []string{valid, subscribe(`"id": "1", "payload": {"query": "{a}", "operationName": 1}`)}},
		"extensions of text":              {4400, "", []string{valid, subscribe(`"id": "1", "payload": {"query": "{a}", "extensions": "x"}`)}},
		"complete without an id":          {4400, "", []string{valid, `{"type": "complete"}`}},
		"a subscription before the init":  {4401, "Unauthorized", []string{subscribeMessage("1", poolQuery)}},
		"no token":                        {4401, "Send a bearer token", []string{`{"type": "connection_init"}`}},
		"null for a payload":              {4401, "Send a bearer token", []string{`{"type": "connection_init", "payload": null}`}},
		"an empty token":                  {4401, "The Authorization header", []string{`{"type": "connection_init", "payload": {"Authorization": ""}}`}},
		"a malformed token":               {4401, "", []string{initMessage("x")}},
		"two tokens":                      {4401, "", []string{`{"type": "connection_init", "payload": {"Authorization": "Bearer x", "authorization": "Bearer x"}}`}},
		"a token under another name":      {4401, "Send a bearer token", []string{strings.Replace(valid, "Authorization", "Token", 1)}},
		"the same id twice":               {4409, "Subscriber for same already exists", []string{valid, subscribeMessage("same", poolQuery), subscribeMessage("same", poolQuery)}},
		"a second init":                   {4429, "Too many initialisation requests", []string{valid, valid}},
		"a large init":                    {1009, "", []string{`{"type": "connection_init", "payload": {"x": "` + strings.Repeat("x", 20<<10) + `"}}`}},
		"a large message":                 {1009, "", []string{valid, `{"type": "ping", "payload": {"x": "` + strings.Repeat("x", 64<<10) + `"}}`}},
		"text that is not UTF-8":          {1007, "", []string{"{\"type\": \"ping\", \"payload\": {\"\xff\": 1}}"}},
		"more messages before the init":   {1008, "RATE_LIMITED", strings.SplitAfter(strings.Repeat(`{"type": "ping"}`, 111), "}")[:111]},
		"deeply nested JSON":              {4400, "", []string{`{"type": "ping", "payload": ` + strings.Repeat(`{"":`, 4<<10) + `1}`}},
		"nesting that the parser refuses": {4400, "", []string{valid, `{"type": "ping", "payload": {"": ` + nested(20_000, "[", "", "]") + `}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := a.open(t)
			for _, message := range test.messages {
				// The server may have closed the WebSocket already.
				_ = s.connection.Write(t.Context(), websocket.MessageText, []byte(message))
			}

			why := s.closed()
			assert.Equal(t, test.code, why.Code, why.Reason)
			assert.Contains(t, why.Reason, test.reason)
			assert.NotEmpty(t, why.Reason)
		})
	}

	s := a.open(t)
	require.NoError(t, s.connection.Write(t.Context(), websocket.MessageBinary, []byte(valid)))
	assert.Equal(t, websocket.StatusCode(4400), s.closed().Code, "a binary message")
}

func TestMessagesOfAWebSocketFollowTheProtocol(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	tenant := a.world.NewTenant(t, "acme")
	admin := a.as(tenant, "ada", auth.RoleGlobalAdmin)

	s := a.open(t)
	s.send(`{"type": "ping"}`)
	assert.JSONEq(t, `{"type": "pong"}`, s.receive().text, "also before the init")
	s.send(`{"type": "complete", "id": "unknown"}`, `{"type": "pong"}`, initMessage(admin.token))
	assert.JSONEq(t, `{"type": "connection_ack"}`, s.receive().text)
	s.send(`{"type": "ping", "payload": {"a": [1]}}`)
	assert.JSONEq(t, `{"type": "pong", "payload": {"a": [1]}}`, s.receive().text)
	s.send(`{"type": "ping", "payload": null}`)
	assert.JSONEq(t, `{"type": "pong"}`, s.receive().text)

	s.send(subscribeMessage("1", "subscription { nothing }"))
	refused := s.receive()
	assert.Equal(t, "error", refused.Type)
	assert.Equal(t, "1", refused.ID)
	assert.Equal(t, validationFailed, refused.code())

	s.send(subscribeMessage("1", "{ __typename }"))
	assert.Equal(t, badUserInput, s.receive().code(), "no complete follows the error, and the id is free")

	s.send(subscribeMessage("1", `subscription { licenseClaimed(policyId: "x") { id } }`))
	assert.Equal(t, badUserInput, s.receive().code(), "an error of the resolver")

	s.send(`{"type": "subscribe", "id": "1", "payload": {"query": "` + poolQuery + `", "variables": null, "operationName": null, "extensions": {"other": [1]}}}`)
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 1 }, streamLimit, time.Millisecond)
	tenant.Buy(t, tenant.E3, 5)
	event := s.receive()
	assert.JSONEq(t, `{"type": "next", "id": "1", "payload": {"data": {"licensePoolChanged": {"total": 5}}}}`, event.text)

	s.send(`{"type": "complete", "id": "1"}`, `{"type": "complete", "id": "1"}`)
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 0 }, streamLimit, time.Millisecond)
	tenant.Buy(t, tenant.E3, 5)
	s.send(subscribeMessage("1", poolQuery), `{"type": "ping"}`)
	assert.Equal(t, "pong", s.receive().Type, "there is no message about a stream that its client has completed")
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 1 }, streamLimit, time.Millisecond)

	require.NoError(t, s.connection.Close(websocket.StatusNormalClosure, ""))
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 0 }, streamLimit, time.Millisecond)
}

func TestAWebSocketIsClosedIfItsClientIsSilent(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) {
		c.WebSockets.Init, c.WebSockets.Ping = 500*time.Millisecond, 100*time.Millisecond
	})
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	assert.Equal(t, websocket.CloseError{Code: 4408, Reason: "Connection initialisation timeout"}, func() websocket.CloseError {
		s := a.open(t)
		for {
			if _, err := s.next(); err != nil {
				var why websocket.CloseError
				require.True(t, errors.As(err, &why), "%v", err)

				return why
			}

			s.send(`{"type": "pong"}`)
		}
	}(), "answers to pings are no init")

	answering := admin.openSocket()
	for range 10 {
		assert.JSONEq(t, `{"type": "ping"}`, answering.receive().text)
		answering.send(`{"type": "pong"}`)
	}

	assert.Equal(t, websocket.StatusGoingAway, admin.openSocket().closed().Code)
}

func TestAClientThatIsNotAuthenticatedLearnsWhetherToTryAgain(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		err    error
		code   websocket.StatusCode
		reason string
	}{
		"an invalid token":  {&auth.TokenError{Reason: "The token has expired."}, 4401, "The token has expired."},
		"a long reason":     {&auth.TokenError{Reason: strings.Repeat("ü", 100)}, 4401, strings.Repeat("ü", 60) + "…"},
		"an unknown tenant": {auth.ErrUnknownTenant, 4403, "Your organization is not registered here. Ask the operator to create a tenant for it."},
		"no keys":           {fmt.Errorf("verify: %w", auth.ErrKeysUnavailable), 1013, "UNAVAILABLE: Your token cannot be verified now. Try again soon."},
		"a database outage": {errors.New("password=secret"), 1013, "UNAVAILABLE: Your token cannot be verified now. Try again soon."},
		"a refusal": {
			&admission.Refusal{Status: http.StatusServiceUnavailable, Err: apierror.New(apierror.CodeOverloaded, "Too many WebSockets.")},
			1013, "OVERLOADED: Too many WebSockets.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) {
				c.Authenticate = func(context.Context, string) (auth.Caller, error) { return auth.Caller{}, test.err }
			})
			s := a.open(t)
			s.send(initMessage("x"))
			assert.Equal(t, websocket.CloseError{Code: test.code, Reason: test.reason}, s.closed())
		})
	}
}

// panics is an extension in which subscriptions panic.
type panics struct{}

func (panics) ExtensionName() string                   { return "Panics" }
func (panics) Validate(graphql.ExecutableSchema) error { return nil }
func (panics) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.OperationName == "check" {
		panic("check")
	}

	return nil
}

func (panics) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).OperationName == "run" {
		panic("run")
	}

	return next(ctx)
}

func TestAPanicEndsTheStreamOrTheWebSocketAndNothingElse(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t), func(c *server.APIConfig) { c.Extensions = append(c.Extensions, panics{}) })
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	operation := func(name string) string {
		return fmt.Sprintf(`{"type": "subscribe", "id": %q, "payload": {"operationName": %q, "query": "subscription %s { licensePoolChanged { total } }"}}`,
			name, name, name)
	}

	s := admin.openSocket()
	s.send(operation("run"))

	failed := s.receive()
	assert.Equal(t, "run", failed.ID)
	assert.Equal(t, apierror.CodeInternal, failed.code())
	assert.NotContains(t, failed.text, "goroutine")

	s.send(`{"type": "ping"}`)
	assert.Equal(t, "pong", s.receive().Type)
	s.send(operation("check"))
	assert.Equal(t, websocket.CloseError{Code: websocket.StatusInternalError, Reason: "INTERNAL"}, s.closed())
	assert.Empty(t, admin.do(`{ __typename }`, nil).Errors)
}

func TestEveryWebSocketIsClosedAtShutdown(t *testing.T) {
	t.Parallel()

	a := serve(t, storetest.SQLite(t))
	admin := a.as(a.world.NewTenant(t, "acme"), "ada", auth.RoleGlobalAdmin)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	a.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() {
		ended <- server.New(server.Config{
			GraphQL: a.handlers.GraphQL, Authenticate: server.Authenticator(a.issuer.Verifier(), a.world.Store, storetest.Logger()),
			Ready: a.world.Store.Ping, Logger: storetest.Logger(), EndStreams: a.handlers.EndStreams,
		}).Run(ctx, listener)
	}()

	stranger, idle, streaming := a.open(t), admin.openSocket(), admin.openSocket()
	streaming.send(subscribeMessage("1", poolQuery))
	require.Eventually(t, func() bool { return a.handlers.OpenStreams() == 1 }, streamLimit, time.Millisecond)
	stop()

	assert.Equal(t, apierror.CodeUnavailable, streaming.receive().code(), "a stream gets its error first")

	for _, s := range []*socket{stranger, idle, streaming} {
		assert.Equal(t, websocket.StatusGoingAway, s.closed().Code)
	}

	require.NoError(t, <-ended)
}
