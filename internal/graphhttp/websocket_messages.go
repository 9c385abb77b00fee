package graphhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

// The types of messages of graphql-transport-ws.
const (
	messageInit      = "connection_init"
	messageAck       = "connection_ack"
	messagePing      = "ping"
	messagePong      = "pong"
	messageSubscribe = "subscribe"
	messageNext      = "next"
	messageError     = "error"
	messageComplete  = "complete"
)

// The close codes of graphql-transport-ws, in addition to those of WebSockets.
const (
	closeInvalidMessage websocket.StatusCode = 4400
	closeUnauthorized   websocket.StatusCode = 4401
	closeForbidden      websocket.StatusCode = 4403
	closeInitTimeout    websocket.StatusCode = 4408
	closeDuplicate      websocket.StatusCode = 4409
	closeTooManyInits   websocket.StatusCode = 4429
)

// maxMessageID is the longest id of an operation, in bytes.
const maxMessageID = 256

// message is a message of a client.
type message struct {
	kind string
	// id is "" unless the message is about an operation.
	id string
	// payload is an object, or nil.
	payload json.RawMessage
}

// readMessage reads a message to the letter of the protocol. The text of an error is the reason for closing the
// WebSocket.
func readMessage(text []byte) (message, error) {
	var (
		m       message
		typed   bool
		id      json.RawMessage
		payload json.RawMessage
	)

	err := eachMember(text, func(name string, value json.RawMessage) error {
		switch name {
		case "type":
			m.kind, typed = textOf(value)
		case "id":
			id = bytes.Clone(value)
		case "payload":
			payload = bytes.Clone(value)
		}

		return nil
	})

	switch {
	case err != nil:
		return message{}, err
	case !typed:
		return message{}, invalid("'type' must be text.")
	}

	if string(payload) != "null" {
		m.payload = payload
	}

	switch m.kind {
	case messageInit, messagePing, messagePong:
		if m.payload != nil && !isObject(m.payload) {
			return message{}, invalid("'payload' must be an object.")
		}
	case messageSubscribe, messageComplete:
		var given bool
		if m.id, given = textOf(id); !given || m.id == "" || len(m.id) > maxMessageID {
			return message{}, invalid("'id' must be text of 1 to 256 bytes.")
		}
	default:
		return message{}, invalid("clients do not send messages of this type.")
	}

	return m, nil
}

// invalidMessage is why a message does not conform to the protocol.
type invalidMessage string

// Error implements [error].
func (m invalidMessage) Error() string { return "Invalid message: " + string(m) }

func invalid(why string) error { return invalidMessage(why) }

// operationRequest is the payload of a subscribe message. Its variables are not decoded.
type operationRequest struct {
	query         string
	operationName string
	variables     json.RawMessage
	extensions    json.RawMessage
}

func readOperationRequest(payload json.RawMessage) (operationRequest, error) {
	var (
		request operationRequest
		given   bool
	)

	err := eachMember(payload, func(name string, value json.RawMessage) error {
		ok := true

		switch name {
		case "query":
			request.query, ok = textOf(value)
			given = true
		case "operationName":
			request.operationName, ok = textOf(value)
			ok = ok || string(value) == "null"
		case "variables", "extensions":
			ok = isObject(value) || string(value) == "null"

			if name == "variables" {
				request.variables = bytes.Clone(value)
			} else {
				request.extensions = bytes.Clone(value)
			}
		}

		if !ok {
			return invalid("'payload." + name + "' has the wrong type.")
		}

		return nil
	})
	if err == nil && !given {
		err = invalid("'payload.query' must be text.")
	}

	return request, err
}

// params decodes the variables, and those of the extensions that this package reads.
func (r operationRequest) params() (*graphql.RawParams, error) {
	params := &graphql.RawParams{Query: r.query, OperationName: r.operationName}

	if len(r.variables) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(r.variables))
		decoder.UseNumber()

		if err := decoder.Decode(&params.Variables); err != nil {
			return nil, apierror.BadInput("variables: this must be an object.")
		}
	}

	if len(r.extensions) > 0 {
		var extensions struct {
			DocumentID     string `json:"documentId"`
			PersistedQuery struct {
				Hash string `json:"sha256Hash"`
			} `json:"persistedQuery"`
		}
		if err := json.Unmarshal(r.extensions, &extensions); err != nil {
			return nil, apierror.BadInput("extensions: 'documentId' and 'persistedQuery.sha256Hash' must be text.")
		}

		params.Extensions = make(map[string]any)
		if extensions.DocumentID != "" {
			params.Extensions[documentIDExtension] = extensions.DocumentID
		} else if extensions.PersistedQuery.Hash != "" {
			params.Extensions["persistedQuery"] = map[string]any{"sha256Hash": extensions.PersistedQuery.Hash}
		}
	}

	return params, nil
}

// authorizationsOf returns the tokens in the payload of connection_init, as values of an Authorization header. It
// decodes nothing else of the payload.
func authorizationsOf(payload json.RawMessage) ([]string, error) {
	if payload == nil {
		return nil, nil
	}

	var values []string

	err := eachMember(payload, func(name string, value json.RawMessage) error {
		if name != "Authorization" && name != "authorization" || string(value) == "null" {
			return nil
		}

		text, ok := textOf(value)
		if !ok || len(values) > 1 {
			return invalid("'payload.Authorization' must be 'Bearer' and a token.")
		}

		values = append(values, text)

		return nil
	})

	return values, err
}

// eachMember calls visit for each member of a JSON object, in order. A value is valid during the call only, so that
// memory does not grow with the number of members. Names are exact: encoding/json would ignore their case.
func eachMember(object []byte, visit func(name string, value json.RawMessage) error) error {
	errMalformed := invalid("it must be a JSON object.")
	decoder := json.NewDecoder(bytes.NewReader(object))

	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return errMalformed
	}

	var value json.RawMessage

	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)

		if err != nil || !ok || decoder.Decode(&value) != nil {
			return errMalformed
		}

		if err := visit(name, value); err != nil {
			return err
		}
	}

	if _, err := decoder.Token(); err != nil {
		return errMalformed
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errMalformed
	}

	return nil
}

func textOf(value json.RawMessage) (text string, ok bool) {
	if len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return "", false
	}

	return text, true
}

func isObject(value json.RawMessage) bool { return len(value) > 0 && value[0] == '{' }

// encodeMessage writes a message to a client. id and payload may be empty.
func encodeMessage(kind, id string, payload []byte) []byte {
	const names = 64

	text := make([]byte, 0, names+len(id)+len(payload))
	text = append(text, `{"type":"`+kind+`"`...)

	if id != "" {
		text = append(append(text, `,"id":`...), marshal(id)...)
	}

	if len(payload) > 0 {
		text = append(append(text, `,"payload":`...), payload...)
	}

	return append(text, '}')
}

// closeReason cuts a reason to the length that a close frame has room for.
func closeReason(reason string) string {
	const limit = 123
	if len(reason) <= limit {
		return reason
	}

	cut := limit - len("…")
	for !utf8.RuneStart(reason[cut]) {
		cut--
	}

	return reason[:cut] + "…"
}
