package devprovider

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// refreshTTL is the lifetime of refresh tokens and of browser sessions.
const refreshTTL = 12 * time.Hour

// refreshToken is what a refresh token was issued for.
type refreshToken struct {
	client   string
	subject  string
	scopes   []string
	authTime time.Time
	expires  time.Time
}

// grant is a request for tokens by a refresh token or by client credentials.
type grant struct {
	refreshToken

	audience string
}

// GetAMR and the methods below implement [op.RefreshTokenRequest].
func (g *grant) GetAMR() []string                 { return nil }
func (g *grant) GetAudience() []string            { return []string{g.audience} }
func (g *grant) GetAuthTime() time.Time           { return g.authTime }
func (g *grant) GetClientID() string              { return g.client }
func (g *grant) GetScopes() []string              { return g.scopes }
func (g *grant) GetSubject() string               { return g.subject }
func (g *grant) SetCurrentScopes(scopes []string) { g.scopes = scopes }

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(s.config.TokenTTL), nil
}

// CreateAccessAndRefreshTokens issues a refresh token and deletes the current one, since it can be used only once.
func (s *storage) CreateAccessAndRefreshTokens(
	_ context.Context, request op.TokenRequest, current string,
) (id, refresh string, expires time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()
	granted := &refreshToken{subject: request.GetSubject(), scopes: request.GetScopes(), expires: now.Add(refreshTTL)}

	if signedIn, ok := request.(op.IDTokenRequest); ok {
		granted.client, granted.authTime = signedIn.GetClientID(), signedIn.GetAuthTime()
	}

	if current != "" {
		if s.refresh[current] == nil { // A concurrent request has used it.
			return "", "", time.Time{}, oidc.ErrInvalidGrant().WithDescription("the refresh token was used")
		}

		delete(s.refresh, current)
	}

	refresh = rand.Text()
	s.refresh[refresh] = granted

	return rand.Text(), refresh, now.Add(s.config.TokenTTL), nil
}

func (s *storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetExpired()

	granted, known := s.refresh[token]
	if !known {
		return nil, op.ErrInvalidRefreshToken
	}

	return &grant{refreshToken: *granted, audience: s.config.Audience}, nil
}

// TerminateSession revokes the refresh tokens of a client after the user has signed out.
func (s *storage) TerminateSession(_ context.Context, subject, client string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	for token, granted := range s.refresh {
		if granted.subject == subject && granted.client == client {
			delete(s.refresh, token)
		}
	}

	return nil
}

func (s *storage) RevokeToken(_ context.Context, token, _, client string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if granted := s.refresh[token]; granted != nil && granted.client == client {
		delete(s.refresh, token)
	}

	return nil
}

func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (subject, id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	granted, known := s.refresh[token]
	if !known {
		return "", "", op.ErrInvalidRefreshToken
	}

	return granted.subject, token, nil
}

func (s *storage) ClientCredentialsTokenRequest(_ context.Context, _ string, scopes []string) (op.TokenRequest, error) {
	return &grant{refreshToken: refreshToken{subject: SignInUser, scopes: scopes}, audience: s.config.Audience}, nil
}
