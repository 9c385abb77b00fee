package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// socket is a WebSocket of a test, which sends and receives messages as they are.
type socket struct {
	t          *testing.T
	connection *websocket.Conn
}

// open opens a WebSocket. It sends no message.
func (a *api) open(t *testing.T) *socket {
	t.Helper()

	connection, _, err := websocket.Dial(context.Background(), a.url+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.CloseNow() })

	return &socket{t, connection}
}

// openSocket opens a WebSocket and waits until the caller is authenticated.
func (c *caller) openSocket() *socket {
	c.t.Helper()

	s := c.open(c.t)
	s.send(initMessage(c.token))
	require.JSONEq(c.t, `{"type": "connection_ack"}`, s.receive().text)

	return s
}

func initMessage(token string) string {
	return fmt.Sprintf(`{"type": "connection_init", "payload": {"Authorization": "Bearer %s"}}`, token)
}

func subscribeMessage(id, query string) string {
	return fmt.Sprintf(`{"type": "subscribe", "id": %q, "payload": {"query": %q}}`, id, query)
}

func (s *socket) send(texts ...string) {
	s.t.Helper()

	for _, text := range texts {
		require.NoError(s.t, s.connection.Write(s.t.Context(), websocket.MessageText, []byte(text)))
	}
}

// received is a message of the server.
type received struct {
	text    string
	Type    string
	ID      string
	Payload json.RawMessage
}

// code returns the code of an error message.
func (r received) code() string {
	var errs []struct{ Extensions struct{ Code string } }
	if json.Unmarshal(r.Payload, &errs) != nil || len(errs) == 0 {
		return ""
	}

	return errs[0].Extensions.Code
}

func (s *socket) receive() received {
	s.t.Helper()

	message, err := s.next()
	require.NoError(s.t, err)

	return message
}

func (s *socket) next() (message received, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), streamLimit)
	defer cancel()

	_, text, err := s.connection.Read(ctx)
	if err != nil {
		return received{}, err
	}

	message.text = string(text)

	return message, json.Unmarshal(text, &message)
}

// closed receives messages until the server closes the WebSocket, and returns why.
func (s *socket) closed() websocket.CloseError {
	s.t.Helper()

	for {
		_, err := s.next()
		if err == nil {
			continue
		}

		var why websocket.CloseError
		require.True(s.t, errors.As(err, &why), "%v", err)

		return why
	}
}

// wire is a connection of a client that sends bytes as it likes. Its methods do not fail the test: the server may have
// closed the connection.
type wire struct {
	net.Conn

	reader *bufio.Reader
}

// openWire opens a WebSocket over a plain connection.
func (a *api) openWire() (wire, error) {
	address := strings.TrimPrefix(a.url, "http://")

	connection, err := net.Dial("tcp", address)
	if err != nil {
		return wire{}, err
	}

	_, err = fmt.Fprintf(connection, "GET /graphql HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
		address)
	if err != nil {
		return wire{}, errors.Join(err, connection.Close())
	}

	opened := wire{connection, bufio.NewReader(connection)}

	response, err := http.ReadResponse(opened.reader, nil) // A WebSocket follows.
	if err == nil && response.StatusCode != http.StatusSwitchingProtocols {
		err = errors.New(response.Status)
	}

	return opened, errors.Join(err, connection.SetDeadline(time.Now().Add(streamLimit)))
}

// frame returns a masked frame of a client. The key of the mask is zero. length is what its header says.
func frame(opcode byte, length int, payload string) string {
	const final, masked, twoBytes, eightBytes = 0x80, 0x80, 126, 127

	header := []byte{final | opcode}

	switch {
	case length < twoBytes:
		header = append(header, masked|byte(length))
	case length < 1<<16:
		header = append(header, masked|twoBytes, byte(length>>8), byte(length))
	default:
		header = append(header, masked|eightBytes, 0, 0, byte(length>>40), byte(length>>32),
			byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	}

	return string(header) + "\x00\x00\x00\x00" + payload
}

func textFrame(text string) string { return frame(1, len(text), text) }

func (w wire) send(text string) { _, _ = w.Write([]byte(text)) }

// receive receives one frame, which must be short. It returns its payload.
func (w wire) receive() string {
	header := make([]byte, 2)
	if _, err := w.reader.Read(header[:1]); err != nil {
		return ""
	}

	if _, err := w.reader.Read(header[1:]); err != nil {
		return ""
	}

	payload := make([]byte, header[1]&0x7f)
	for n := 0; n < len(payload); {
		more, err := w.reader.Read(payload[n:])
		if err != nil {
			return ""
		}

		n += more
	}

	return string(payload)
}
