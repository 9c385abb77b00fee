package attacks

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// The kinds of frames of a WebSocket (RFC 6455).
const (
	continuation = 0
	textFrame    = 1
	binaryFrame  = 2
	closeFrame   = 8
	pingFrame    = 9
	pongFrame    = 10
	final        = 0x80
)

// socket is a WebSocket. It writes any bytes, also those that no library would write.
type socket struct {
	net.Conn

	reader *bufio.Reader
}

// upgrade opens a WebSocket. Lines are further header fields.
func (s *server) upgrade(token string, lines ...string) (*socket, error) {
	connection, err := s.connect()
	if err != nil {
		return nil, err
	}

	const wait = 10 * time.Second

	opened := &socket{connection, bufio.NewReader(connection)}
	_ = opened.SetReadDeadline(time.Now().Add(wait)) // Reading fails otherwise.

	if _, err := opened.Write([]byte(head("GET", token, append(lines, upgrading)...))); err != nil {
		_ = opened.Close() // The first error says enough.

		return nil, err
	}

	response, err := http.ReadResponse(opened.reader, nil)
	if err == nil && response.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(response.Body) // It is for the error only.
		err = &notUpgraded{answer{response.StatusCode, response.Header, body}}
	}

	if err != nil {
		_ = opened.Close() // The first error says enough.

		return nil, err
	}

	return opened, opened.SetReadDeadline(time.Now().Add(patience))
}

// notUpgraded is the response to a refused upgrade.
type notUpgraded struct{ answer }

func (n *notUpgraded) Error() string {
	return fmt.Sprintf("the server does not upgrade: %d %s", n.status, n.body)
}

// initialized opens a WebSocket and sends the user's token.
func (s *server) initialized(token string, lines ...string) (*socket, error) {
	opened, err := s.upgrade("", lines...)
	if err != nil {
		return nil, err
	}

	err = opened.send(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`)
	if err == nil {
		var got string
		if got, err = opened.receive(); err == nil && !strings.Contains(got, "connection_ack") {
			err = fmt.Errorf("not acknowledged: %s", got)
		}
	}

	if err != nil {
		_ = opened.Close() // The first error says enough.

		return nil, err
	}

	return opened, nil
}

// frame returns a frame of a client. Its mask is zero, so that its payload is readable.
func frame(kind byte, payload string) []byte {
	const (
		masked         = 0x80
		short, medium  = 126, 1 << 16
		two, eight     = 126, 127
		lengthOfHeader = 14
	)

	bytes := make([]byte, 0, lengthOfHeader+len(payload))
	bytes = append(bytes, kind)

	switch length := len(payload); {
	case length < short:
		bytes = append(bytes, masked|byte(length))
	case length < medium:
		bytes = binary.BigEndian.AppendUint16(append(bytes, masked|two), uint16(length))
	default:
		bytes = binary.BigEndian.AppendUint64(append(bytes, masked|eight), uint64(length))
	}

	return append(append(bytes, 0, 0, 0, 0), payload...)
}

// send sends a text message.
func (k *socket) send(text string) error {
	_, err := k.Write(frame(final|textFrame, text))

	return err
}

// subscribe sends an operation.
func (k *socket) subscribe(id, query string) error {
	text, _ := json.Marshal(query) // A text can always be encoded.

	return k.send(`{"id":"` + id + `","type":"subscribe","payload":{"query":` + string(text) + `}}`)
}

// closed is the end of a WebSocket, with the close code.
type closed struct {
	code   int
	reason string
}

func (c closed) Error() string { return fmt.Sprintf("closed with %d: %s", c.code, c.reason) }

// receive reads the next text message. It skips control frames, and returns a [closed] for a close frame.
func (k *socket) receive() (string, error) {
	for {
		kind, payload, err := k.readFrame()

		const lengthOfCode = 2

		switch {
		case err != nil:
			return "", err
		case kind == closeFrame && len(payload) >= lengthOfCode:
			return "", closed{int(binary.BigEndian.Uint16(payload)), string(payload[lengthOfCode:])}
		case kind == closeFrame:
			return "", closed{}
		case kind == textFrame:
			return string(payload), nil
		}
	}
}

func (k *socket) readFrame() (kind byte, payload []byte, err error) {
	const (
		kinds, lengths = 0x0f, 0x7f
		two, eight     = 126, 127
	)

	var start [2]byte
	if _, err := io.ReadFull(k.reader, start[:]); err != nil {
		return 0, nil, err
	}

	length := uint64(start[1] & lengths)

	var more [8]byte

	switch length {
	case two:
		_, err = io.ReadFull(k.reader, more[6:])
		length = binary.BigEndian.Uint64(more[:])
	case eight:
		_, err = io.ReadFull(k.reader, more[:])
		length = binary.BigEndian.Uint64(more[:])
	}

	if err != nil {
		return 0, nil, err
	}

	payload = make([]byte, length)
	_, err = io.ReadFull(k.reader, payload)

	return start[0] & kinds, payload, err
}
