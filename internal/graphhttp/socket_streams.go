package graphhttp

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// stream is a subscription of a WebSocket.
type stream struct{ cancel context.CancelFunc }

// subscribe admits an operation and starts it.
func (s *socket) subscribe(ctx context.Context, m message) {
	if !s.acknowledged {
		s.end(closeUnauthorized, "Unauthorized")

		return
	}

	if s.isActive(m.id) {
		s.end(closeDuplicate, "Subscriber for "+m.id+" already exists")

		return
	}

	select { // A client that does not read its errors must wait.
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}

	if !s.start(ctx, m) {
		<-s.slots
	}
}

// start starts a stream, or sends the error that prevents it and returns false.
func (s *socket) start(ctx context.Context, m message) bool {
	leave, refusal := s.requests.Enter(ctx)
	s.count(refusal == nil || refusal.Status != http.StatusTooManyRequests)

	if refusal != nil {
		s.sendErrors(m.id, s.exec.DispatchError(ctx, gqlerror.List{refusalError(refusal)}).Errors)

		return false
	}

	ctx, operation, errs := s.create(ctx, m)
	if errs != nil || operation == nil {
		leave()

		if errs != nil {
			s.sendErrors(m.id, errs)
		}

		return false
	}

	ctx, cancel := context.WithCancel(ctx)
	followed := &stream{cancel}

	s.mu.Lock()
	s.active[m.id] = followed
	s.mu.Unlock()

	s.running.Go(func() {
		defer func() { <-s.slots }()
		defer leave()
		defer cancel()

		s.follow(ctx, m.id, followed, operation, leave)
	})

	return true
}

// refusalError returns the error of a refusal, with the seconds to wait. There is no header for them.
func refusalError(refusal *admission.Refusal) *gqlerror.Error {
	err := *refusal.Err
	err.Message = strings.ReplaceAll(err.Message, "Retry-After", "retryAfter")
	err.Extensions = maps.Clone(err.Extensions)
	err.Extensions["retryAfter"] = apierror.RetryAfterSeconds(refusal.RetryAfter)

	return &err
}

// create reads, parses and checks an operation. It returns neither an operation nor errors if it closes the WebSocket
// because the message is invalid.
func (s *socket) create(ctx context.Context, m message) (context.Context, *graphql.OperationContext, gqlerror.List) {
	ctx = graphql.StartOperationTrace(ctx)
	started := graphql.Now()

	if refusal := refuseLoneSurrogates("payload", m.payload); refusal != nil {
		return ctx, nil, s.exec.DispatchError(ctx, gqlerror.List{refusal.Err}).Errors
	}

	request, refusal := parseRequest(m.payload)
	if refusal != nil {
		s.end(closeInvalidMessage, invalid(refusal.Err.Message).Error())

		return ctx, nil, nil //nolint:nilerr // The socket is closed with the message.
	}

	request.readTime = graphql.TraceTiming{Start: started, End: graphql.Now()}
	prepared, errs := s.prepare.operation(ctx, s.exec, request)
	operation := prepared.OperationContext
	ctx = graphql.WithOperationContext(ctx, operation)

	if errs != nil {
		return ctx, nil, s.exec.DispatchError(ctx, errs).Errors
	}

	return ctx, operation, nil
}

// follow sends the responses of a stream, and at last an error or that it is complete.
func (s *socket) follow(
	ctx context.Context, id string, followed *stream, operation *graphql.OperationContext, dispatched func(),
) {
	errs := s.forward(ctx, id, followed, operation, dispatched)

	// The id is free before the client is told, since it may use the id again at once. The client needs no message about a
	// stream that it has completed itself, or about the end of a stream whose WebSocket ends.
	known := s.release(id, followed)

	switch {
	case !known:
	case errs != nil:
		s.sendErrors(id, errs)
	case ctx.Err() == nil:
		s.send(messageComplete, id, nil)
	}
}

// forward sends the responses of a stream. It returns the errors that end it, if any.
func (s *socket) forward(
	ctx context.Context, id string, followed *stream, operation *graphql.OperationContext, dispatched func(),
) (errs gqlerror.List) {
	defer func() {
		if p := recover(); p != nil {
			errs = s.exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(apierror.Panic(p))}).Errors
		}
	}()

	responses, ctx := s.exec.DispatchOperation(ctx, operation)

	dispatched()

	for response := responses(ctx); response != nil; response = responses(ctx) {
		if len(response.Data) == 0 && len(response.Errors) > 0 {
			return response.Errors
		}

		if !s.follows(id, followed) {
			return nil
		}

		s.send(messageNext, id, encode(response))
	}

	return nil
}

func (s *socket) sendErrors(id string, errs gqlerror.List) { s.send(messageError, id, marshal(errs)) }

func (s *socket) isActive(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.active[id] != nil
}

func (s *socket) follows(id string, followed *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.active[id] == followed
}

// complete ends a stream at its client's request. It may have ended already.
func (s *socket) complete(id string) {
	s.mu.Lock()
	followed := s.active[id]
	s.mu.Unlock()

	if followed != nil && s.release(id, followed) {
		followed.cancel()
	}
}

// release frees the id of a stream. It returns false if it was free already.
func (s *socket) release(id string, followed *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.active[id] != followed {
		return false
	}

	delete(s.active, id)

	if s.draining != nil && len(s.active) == 0 {
		s.end(s.draining.code, s.draining.reason)
	}

	return true
}
