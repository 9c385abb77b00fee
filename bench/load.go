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

// target is a GraphQL endpoint and how to get in.
type target struct {
	// address is a host and a port, and path where GraphQL is.
	address, path string
	token         string
}

// operation makes the body of the n-th request, and says whether an answer is what it should be.
type operation struct {
	body   func(n int) []byte
	accept func(body []byte) bool
	// refused says whether an answer sends the caller away for a second; nil if that must not be.
	refused func(body []byte) bool
}

// graphQL is a body of an operation with its variables.
func graphQL(query string, variables map[string]any) []byte {
	// Text, numbers and maps always have a JSON form.
	body, _ := json.Marshal(map[string]any{"query": query, "variables": variables})

	return body
}

// sample is what a load measured.
type sample struct {
	perSecond float64
	p50, p99  time.Duration
	requests  int
	// refused are the requests that were sent away, and refusedP99 how long that took.
	refused    int
	refusedP99 time.Duration
}

// latencies are those of one caller's requests.
type latencies struct{ answered, refused []time.Duration }

// load sends requests over as many connections as there are callers, each as soon as its last is answered,
// until the time is up. Requests are numbered from first. It is as thin as can be, since it shares the
// machine with what it measures.
func load(ctx context.Context, t target, callers, first int, lasting time.Duration, op operation) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, lasting)
	defer cancel()

	var (
		mu       sync.Mutex
		next     = first
		all      latencies
		failures []error
		running  sync.WaitGroup
	)

	take := func() int {
		mu.Lock()
		defer mu.Unlock()

		next++

		return next - 1
	}

	began := time.Now()

	for range callers {
		running.Go(func() {
			own, err := call(ctx, t, take, op)

			mu.Lock()
			defer mu.Unlock()

			all.answered = append(all.answered, own.answered...)
			all.refused = append(all.refused, own.refused...)

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

	slices.Sort(all.answered)
	slices.Sort(all.refused)

	got := sample{
		perSecond: float64(len(all.answered)) / took.Seconds(), requests: next - first,
		p50: all.answered[len(all.answered)/2], p99: all.answered[len(all.answered)*99/100],
		refused: len(all.refused),
	}
	if got.refused > 0 {
		got.refusedP99 = all.refused[got.refused*99/100]
	}

	return got, nil
}

// call is one caller with a connection of its own.
func call(ctx context.Context, t target, take func() int, op operation) (own latencies, err error) {
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
		body := op.body(take())
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
		case op.accept(answer):
			own.answered = append(own.answered, time.Since(began))
		case op.refused != nil && op.refused(answer):
			own.refused = append(own.refused, time.Since(began))

			select {
			case <-time.After(time.Second): // As Retry-After says.
			case <-ctx.Done():
			}
		default:
			return own, fmt.Errorf("the server answered %.500s", answer)
		}
	}

	return own, nil
}

// readAnswer reads a response with a Content-Length itself, and leaves all others to net/http.
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
