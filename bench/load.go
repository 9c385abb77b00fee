package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// target is a GraphQL endpoint with a token.
type target struct {
	// address is the host and port, path the path of the GraphQL endpoint.
	address, path string
	token         string
}

// operation builds requests and checks their responses. The load calls its functions concurrently.
type operation struct {
	// body returns the body of the n-th request.
	body func(n int) []byte
	// accepted reports whether a response body is the expected one.
	accepted func(body []byte) bool
	// rejected reports whether the server rejected the request because of overload. The caller then waits a second.
	// If it is nil, each unexpected response is an error.
	rejected func(body []byte) bool
}

// graphQL returns the request body of an operation with its variables.
func graphQL(query string, variables map[string]any) []byte {
	// Marshaling text, numbers and maps cannot fail.
	body, _ := json.Marshal(map[string]any{"query": query, "variables": variables})

	return body
}

// userPlaceholder stands for the user in the variables of a userOperation.
const userPlaceholder = "@"

// userOperation returns an operation that replaces the placeholder in the variables with a user for each request. A
// response is accepted if it contains the answer.
func userOperation(query string, variables map[string]any, user func(n int) string, answer string) operation {
	// The body is built once and only the user is inserted each time, to keep the load generator cheap.
	before, after, _ := bytes.Cut(graphQL(query, variables), []byte(userPlaceholder))

	return operation{
		body:     func(n int) []byte { return slices.Concat(before, []byte(user(n)), after) },
		accepted: func(body []byte) bool { return bytes.Contains(body, []byte(answer)) },
	}
}

// sample is the result of one measurement.
type sample struct {
	// perSecond is the number of accepted responses per second.
	perSecond float64
	p50, p99  time.Duration
	requests  int
	// rejected is the number of requests that the server rejected, rejectedP99 the latency of those.
	rejected    int
	rejectedP99 time.Duration
}

// latencies are the latencies of a caller's requests.
type latencies struct{ accepted, rejected []time.Duration }

// runLoad sends requests for the duration. Each caller has one connection and sends its next request as soon as the
// last one is answered. Requests are numbered from first. The load generator shares the machine with the server, so it
// does as little as possible.
func runLoad(ctx context.Context, t target, callers, first int, duration time.Duration, op operation) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()

	var (
		mu       sync.Mutex
		next     = first
		all      latencies
		failures []error
		running  sync.WaitGroup
	)

	nextNumber := func() int {
		mu.Lock()
		defer mu.Unlock()

		next++

		return next - 1
	}

	began := time.Now()

	for range callers {
		running.Go(func() {
			own, err := runCaller(ctx, t, nextNumber, op)

			mu.Lock()
			defer mu.Unlock()

			all.accepted = append(all.accepted, own.accepted...)
			all.rejected = append(all.rejected, own.rejected...)

			if err != nil {
				failures = append(failures, err)
			}
		})
	}

	running.Wait()

	took := time.Since(began)

	if len(failures) > 0 {
		return sample{}, errors.Join(failures[0], fmt.Errorf("and %d more callers failed", len(failures)-1))
	}

	slices.Sort(all.accepted)
	slices.Sort(all.rejected)

	got := sample{
		perSecond: float64(len(all.accepted)) / took.Seconds(), requests: next - first,
		p50: all.accepted[len(all.accepted)/2], p99: all.accepted[len(all.accepted)*99/100],
		rejected: len(all.rejected),
	}
	if got.rejected > 0 {
		got.rejectedP99 = all.rejected[got.rejected*99/100]
	}

	return got, nil
}

// runCaller sends requests over one connection until ctx ends.
func runCaller(ctx context.Context, t target, nextNumber func() int, op operation) (own latencies, err error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", t.address)
	if err != nil {
		return own, fmt.Errorf("connect: %w", err)
	}

	defer func() { _ = connection.Close() }()

	var (
		head = "POST " + t.path + " HTTP/1.1\r\nHost: " + t.address + "\r\nAuthorization: Bearer " + t.token +
			"\r\nContent-Type: application/json\r\nContent-Length: "
		reader  = bufio.NewReader(connection)
		request []byte
	)

	for ctx.Err() == nil {
		body := op.body(nextNumber())
		request = append(request[:0], head...)
		request = strconv.AppendInt(request, int64(len(body)), 10)
		request = append(request, "\r\n\r\n"...)
		request = append(request, body...)
		began := time.Now()

		if _, err := connection.Write(request); err != nil {
			return own, fmt.Errorf("send: %w", err)
		}

		answer, err := readAnswer(reader)

		switch {
		case err != nil:
			return own, err
		case op.accepted(answer):
			own.accepted = append(own.accepted, time.Since(began))
		case op.rejected != nil && op.rejected(answer):
			own.rejected = append(own.rejected, time.Since(began))

			select {
			case <-time.After(time.Second): // The value of Retry-After.
			case <-ctx.Done():
			}
		default:
			return own, fmt.Errorf("unexpected response: %.500s", answer)
		}
	}

	return own, nil
}

// readAnswer returns the body of a response. It parses responses with a Content-Length itself, because net/http costs
// more, and leaves all others to net/http.
func readAnswer(reader *bufio.Reader) ([]byte, error) {
	const typicalHead = 1024

	head, err := reader.Peek(min(typicalHead, max(1, reader.Buffered())))
	for err == nil && !bytes.Contains(head, []byte("\r\n\r\n")) && len(head) < reader.Size() {
		head, err = reader.Peek(len(head) + 1)
		if err == nil {
			head, err = reader.Peek(reader.Buffered())
		}
	}

	if err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}

	end := bytes.Index(head, []byte("\r\n\r\n"))
	_, after, found := bytes.Cut(head[:max(end, 0)], []byte("Content-Length: "))

	if end < 0 || !found {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return nil, fmt.Errorf("receive: %w", err)
		}

		defer func() { _ = response.Body.Close() }()

		return io.ReadAll(response.Body)
	}

	digits, _, _ := bytes.Cut(after, []byte("\r\n"))

	length, err := strconv.Atoi(string(digits))
	if err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}

	if _, err := reader.Discard(end + len("\r\n\r\n")); err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}

	body := make([]byte, length)
	_, err = io.ReadFull(reader, body)

	return body, err
}
