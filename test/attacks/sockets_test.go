package attacks

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// malformed are frames with which no client of the protocol begins.
func malformed() [][]byte {
	frames := [][]byte{
		frame(final|binaryFrame, `{"type":"connection_init"}`),
		frame(textFrame, `{"type":"connection_`), // The rest of the message never comes.
		frame(final|continuation, `{"type":"connection_init"}`),
		frame(final|textFrame|0x70, `{"type":"connection_init"}`), // Reserved bits.
		frame(final|0x0b, ""),                                     // A reserved kind.
		frame(final|closeFrame, "x"),
		frame(final|closeFrame, "\x03\xed"), // 1005 may not be sent.
		frame(final|pingFrame, strings.Repeat("x", 126)),
		frame(final|pongFrame, ""),
		frame(final|textFrame, "\xff"),
		{final | textFrame, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, // The longest message.
		{final | textFrame, 0x02, '{', '}'},                                                   // Not masked.
		{final},
		{},
	}

	for _, message := range []string{
		`{"type":"connection_init","payload":[1]}`, `{"type":"connection_init","payload":"x"}`,
		`{"type":"connection_init","payload":1}`, `{"type":"connection_init","payload":{"Authorization":[]}}`,
		`{"type":"connection_init","payload":{"Authorization":"Bearer forged"}}`, `{"type":"connection_init"`,
		`{"type":["connection_init"]}`, `{"type":"connection_ack"}`, `{"type":"ping"}`, `{"type":"nonsense"}`,
		`{"type":"subscribe","id":"1","payload":{"query":"{ viewer { externalId } }"}}`, `{"type":"complete","id":"1"}`,
		`{}`, `[]`, `null`, `1`, ``, strings.Repeat("[", 10_000),
	} {
		frames = append(frames, frame(final|textFrame, message))
	}

	return frames
}

func TestMalformedWebSocketsThatHangUpLeaveNothingOpen(t *testing.T) {
	t.Parallel()

	s := serve(t)
	frames := malformed()

	s.survives(func(others *signIns) {
		const number, clients = 1000, 8

		var (
			running  sync.WaitGroup
			upgraded = make([]int, clients)
		)

		for client := range clients {
			running.Go(func() {
				for i := client; i < number; i += clients {
					opened, err := s.upgrade("")
					if err != nil {
						continue // While the server still closes others, it may refuse more.
					}

					_, _ = opened.Write(frames[i%len(frames)]) // The server may have hung up first.
					_ = opened.Close()
					upgraded[client]++
				}
			})
		}

		running.Wait()
		others.areAnswered()

		for _, n := range upgraded {
			assert.Positive(t, n)
		}
	})
}

func TestAMalformedFirstMessageIsAnsweredWithACloseCode(t *testing.T) {
	t.Parallel()

	s := serve(t)

	s.survives(func(*signIns) {
		for message, codes := range map[string][]int{
			`{"type":"connection_init","payload":[1]}`: {4400},
			`{"type":"connection_init"`:                {4400},
			`[]`:                                       {4400},
			`{"type":"connection_init","payload":{"Authorization":"Bearer x"}}`: {4401, 4403},
			`{"type":"connection_init","payload":{}}`:                           {4401, 4403},
			`{"type":"subscribe","id":"1","payload":{"query":"{ x }"}}`:         {4401},
		} {
			opened, err := s.upgrade("")
			require.NoError(t, err)
			require.NoError(t, opened.send(message))

			_, err = opened.receive()

			var end closed
			if assert.ErrorAs(t, err, &end, message) {
				assert.Contains(t, codes, end.code, message)
			}

			_ = opened.Close() // The server may have closed it already.
		}
	})
}

func TestWebSocketsThatSendNothingAreClosed(t *testing.T) {
	t.Parallel()

	s := serve(t)

	s.survives(func(others *signIns) {
		var silent []*socket

		for range 50 {
			opened, err := s.upgrade("")
			require.NoError(t, err)

			silent = append(silent, opened)
		}

		others.areAnswered()

		for _, opened := range silent {
			for { // It may send pings before.
				if _, err := opened.receive(); err != nil {
					var end closed
					assert.True(t, errors.As(err, &end) || !isTimeout(err), "%v", err)

					break
				}
			}

			_ = opened.Close() // The server has closed it already.
		}
	})
}

// isTimeout says whether the server left a connection open for longer than a client waits.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }

	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestLargeFirstMessagesFillNoMemory(t *testing.T) {
	t.Parallel()

	s := serve(t)
	padding := `[` + strings.Repeat(`{"":0},`, 36_000) + `0]`
	token := s.token(t, hostile, "ann")

	s.survives(func(others *signIns) {
		for _, authorization := range []string{"", `"Authorization":"Bearer ` + token + `",`} {
			var opened connections

			for range 100 {
				one, err := s.upgrade("")
				if err != nil {
					continue // The server may bound a stranger's connections.
				}

				_ = one.send(`{"type":"connection_init","payload":{` + authorization + `"x":` + padding + `}}`)
				opened = append(opened, one)
			}

			others.areAnswered()
			opened.closeAll()
		}

		assert.Less(t, s.process.memory("VmHWM"), maxMemory/2)
	})
}

func TestWebSocketsOverTheLimitOfConnectionsAreRefused(t *testing.T) {
	t.Parallel()

	s := serve(t)

	s.survives(func(others *signIns) {
		for _, user := range []string{"", "ann", "bob"} {
			var (
				opened connections
				token  string
			)

			if user != "" {
				token = s.token(t, hostile, user)
			}

			for i := range maxConnections + maxConnections/2 {
				one, err := s.openSocket(token)
				if err == nil {
					opened = append(opened, one)
				}

				if isTimeout(err) {
					break // The server takes no more connections for now.
				}

				if refused, ok := errors.AsType[*notUpgraded](err); ok {
					refused.isRefused(t, user)
				}

				const closing = 16 // The server accepts a connection before it closes another. On a busy machine that takes time.

				if i%32 == 0 { // Counting takes long: the kernel lists the connections of the whole machine.
					require.LessOrEqual(t, s.connections(), maxConnections+closing, "connections of %q", user)
				}
			}

			others.areAnswered()

			if user != "" {
				assert.Less(t, len(opened), maxConnections, "one user's connections leave some to others")
			}

			opened.closeAll()
		}
	})
}

// openSocket opens a WebSocket: with a token an initialized one, and else one that waits for it.
func (s *server) openSocket(token string) (*socket, error) {
	if token == "" {
		return s.upgrade("")
	}

	return s.initialized(token)
}

func TestUpgradesInChunksTakeNothingFromOthers(t *testing.T) {
	t.Parallel()

	s := serve(t)
	token := s.token(t, hostile, "ann")

	s.survives(func(others *signIns) {
		// The server may refuse an upgrade with a body, or upgrade and take the messages.
		message := string(frame(final|textFrame, `{"type":"connection_init","payload":{"Authorization":"Bearer `+token+`"}}`))
		opened := s.open(crowd, head("GET", "", upgrading, chunked)+message)
		opened = append(opened, s.open(crowd, head("GET", token, upgrading, chunked)+message)...)

		others.areAnswered()
		time.Sleep(time.Second)
		others.areAnswered()
		opened.closeAll()
	})
}

const refusedSubscription = `subscription { licenseClaimed { claimedAt } }` // Users without a role may not read claims.

func TestOperationsOverOneWebSocketCountAgainstTheRate(t *testing.T) {
	t.Parallel()

	const rate = 20

	s := serve(t, fmt.Sprintf("--rate-limit=%d", rate))
	token := s.token(t, hostile, "ann")

	s.survives(func(others *signIns) {
		time.Sleep(2 * time.Second) // The rate of the round before has to recover.

		for _, query := range []string{`{ viewer { externalId } }`, refusedSubscription, `{`} {
			began, executed := time.Now(), 0

			var opened *socket

			require.Eventually(t, func() bool {
				var err error
				opened, err = s.initialized(token)

				return err == nil
			}, time.Minute, 100*time.Millisecond, "the server may still read what the WebSocket before has sent")

			flood := repeated(3000, func(i int) string {
				return string(frame(final|textFrame, fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":%q}}`, i, query)))
			})

			go func() { _, _ = opened.Write([]byte(flood)) }() // The server may stop reading.

			_ = opened.SetReadDeadline(time.Now().Add(3 * time.Second))

			for {
				message, err := opened.receive()
				if err != nil {
					break
				}

				if !strings.Contains(message, "RATE_LIMITED") && !strings.Contains(message, `"complete"`) {
					executed++
				}
			}

			const burst = 2 * rate
			assert.LessOrEqual(t, float64(executed), burst+rate*(time.Since(began).Seconds()+1), query)
			others.areAnswered()

			_ = opened.Close() // The server may have closed it already.
		}
	})
}

func TestFloodsOfMessagesThatNeedNoOperationTakeNothingFromOthers(t *testing.T) {
	t.Parallel()

	s := serve(t)
	token := s.token(t, hostile, "ann")
	floods := map[string]string{
		"pings":           string(frame(final|textFrame, `{"type":"ping"}`)),
		"pings of frames": string(frame(final|pingFrame, "x")),
		"pongs":           string(frame(final|textFrame, `{"type":"pong"}`)),
		"completes":       string(frame(final|textFrame, `{"type":"complete","id":"1"}`)),
		"empty fragments": string(frame(textFrame, `{`)) + strings.Repeat(string(frame(continuation, "")), 100),
		"second inits":    string(frame(final|textFrame, `{"type":"connection_init"}`)),
	}

	s.survives(func(others *signIns) {
		for name, message := range floods {
			var opened connections

			for range 4 {
				one, err := s.initialized(token)
				require.NoError(t, err, name)

				opened = append(opened, one)
			}

			var senders sync.WaitGroup

			for _, one := range opened {
				// Nobody reads the answers, so the server must not keep them.
				_ = one.SetWriteDeadline(time.Now().Add(time.Second))

				senders.Go(func() { _, _ = one.Write([]byte(strings.Repeat(message, 50_000))) })
			}

			others.areAnswered()
			senders.Wait()
			opened.closeAll()
		}
	})
}
