package devprovider

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// requestTTL is the maximum time from the start of a sign-in until the application has fetched its tokens.
const requestTTL = 10 * time.Minute

var (
	errUnknownCode   = errors.New("the code was used or has expired")
	errUnknownSignIn = errors.New("this sign-in was finished or has expired")
)

// authRequest is a sign-in that has not finished: an application has sent a browser here.
type authRequest struct {
	*oidc.AuthRequest

	id       string
	audience string
	subject  string    // Empty until the person is chosen.
	authTime time.Time // When the browser's session began.
	expires  time.Time
}

// authRequest returns a copy of a sign-in that has not expired.
func (s *storage) authRequest(id string) (*authRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetExpired()

	request, known := s.requests[id]
	if !known {
		return nil, errUnknownSignIn
	}

	copied := *request

	return &copied, nil
}

// setSubject stores who signs in, and when their session began.
func (s *storage) setSubject(id, subject string, authTime time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	request, known := s.requests[id]
	if !known {
		return errUnknownSignIn
	}

	request.subject, request.authTime = subject, authTime

	return nil
}

// CreateAuthRequest and the other methods with exported names implement [op.Storage].
func (s *storage) CreateAuthRequest(_ context.Context, received *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetExpired()

	request := &authRequest{AuthRequest: received, id: rand.Text(), audience: s.config.Audience, expires: time.Now().Add(requestTTL)}
	s.requests[request.id] = request

	return request, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	request, err := s.authRequest(id)
	if err != nil {
		return nil, err
	}

	return request, nil
}

// AuthRequestByCode deletes the code, since it can be used only once.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, known := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()

	if !known {
		return nil, errUnknownCode
	}

	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.codes[code] = id

	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.requests, id)

	return nil
}

// GetID and the methods below implement [op.AuthRequest].
func (r *authRequest) GetID() string          { return r.id }
func (r *authRequest) GetACR() string         { return "" }
func (r *authRequest) GetAMR() []string       { return nil }
func (r *authRequest) GetAudience() []string  { return []string{r.audience} }
func (r *authRequest) GetAuthTime() time.Time { return r.authTime }
func (r *authRequest) GetClientID() string    { return r.ClientID }
func (r *authRequest) GetNonce() string       { return r.Nonce }
func (r *authRequest) GetScopes() []string    { return r.Scopes }
func (r *authRequest) GetSubject() string     { return r.subject }
func (r *authRequest) Done() bool             { return r.subject != "" }

func (r *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	if r.CodeChallenge == "" {
		return nil
	}

	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}
