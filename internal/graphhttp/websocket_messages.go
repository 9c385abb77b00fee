package graphhttp

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/coder/websocket"
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

	if text = bytes.TrimSpace(text); !isObject(text) || !json.Valid(text) {
		return message{}, invalid("it must be a JSON object.")
	}

	err := eachMember(text, func(name string, value []byte) error {
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
		return message{}, invalid(err.Error())
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

// authorizationsOf returns the tokens in the payload of connection_init, as values of an Authorization header. Like the
// header, the name may have capitals anywhere. Some clients put all headers into an object. It decodes nothing else of
// the payload.
func authorizationsOf(payload json.RawMessage) ([]string, error) {
	if payload == nil {
		return nil, nil
	}

	var values []string

	read := func(name string, value []byte) error {
		if !strings.EqualFold(name, "authorization") || string(value) == "null" {
			return nil
		}

		text, ok := textOf(value)
		if !ok || len(values) > 1 {
			return invalid("'payload.Authorization' must be 'Bearer' and a token.")
		}

		values = append(values, text)

		return nil
	}

	err := eachMember(payload, func(name string, value []byte) error {
		if name == "headers" && isObject(value) {
			return eachMember(value, read)
		}

		return read(name, value)
	})

	return values, err
}

// textOf decodes a JSON string. ok is false if the value is another one, or if half of a surrogate pair is in it.
func textOf(value []byte) (text string, ok bool) {
	if len(value) == 0 || value[0] != '"' || loneSurrogate(value) >= 0 || json.Unmarshal(value, &text) != nil {
		return "", false
	}

	return text, true
}

func isObject(value []byte) bool { return len(value) > 0 && value[0] == '{' }

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
