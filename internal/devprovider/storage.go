package devprovider

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/autoclaim/autoclaim/internal/auth"
)

const (
	// requestTTL is the time that somebody has to choose who to be, and their application to fetch the tokens.
	requestTTL = 10 * time.Minute
	// refreshTTL is for how long one stays signed in without a sign of life.
	refreshTTL = 12 * time.Hour
)

var (
	errUnknownClient = errors.New("there is no such client, or its secret is another")
	errUnknownCode   = errors.New("the code was used, or has expired")
	errUnknownSignIn = errors.New("this sign-in was finished, or has expired")
)

// storage remembers, as long as the process lives, who is signed in where. It is safe for concurrent use.
type storage struct {
	config  Config
	clients map[string]client
	people  map[string]auth.Identity

	mu       sync.Mutex
	requests map[string]*signIn
	codes    map[string]string // From code to the request's id.
	refresh  map[string]*refreshToken
	sessions map[string]session
}

// signIn is somebody on their way in.
type signIn struct {
	*oidc.AuthRequest

	id       string
	audience string
	subject  string // Empty until they have chosen.
	when     time.Time
	expires  time.Time
}

type refreshToken struct {
	client  string
	subject string
	scopes  []string
	when    time.Time
	expires time.Time
}

// session is who a browser is.
type session struct {
	subject string
	when    time.Time
	expires time.Time
}

func newStorage(config Config, clients map[string]client) *storage {
	people := make(map[string]auth.Identity)
	for _, person := range config.People {
		people[person.UserExternalID] = person
	}

	people[SignInUser] = auth.Identity{
		UserExternalID: SignInUser, DisplayName: "Sign-in", Roles: auth.NewRoles(auth.RoleSignInService),
	}

	return &storage{
		config: config, clients: clients, people: people,
		requests: make(map[string]*signIn), codes: make(map[string]string),
		refresh: make(map[string]*refreshToken), sessions: make(map[string]session),
	}
}

// person is one of those to choose among, or else somebody without a role.
func (s *storage) person(id string) auth.Identity {
	if person, known := s.people[id]; known {
		return person
	}

	return auth.Identity{UserExternalID: id, DisplayName: id}
}

// forgetExpired keeps what is abandoned from piling up. Its caller holds the lock.
func (s *storage) forgetExpired() {
	now := time.Now()

	for id, request := range s.requests {
		if now.After(request.expires) {
			delete(s.requests, id)
		}
	}

	for code, id := range s.codes {
		if s.requests[id] == nil {
			delete(s.codes, code)
		}
	}

	for token, granted := range s.refresh {
		if now.After(granted.expires) {
			delete(s.refresh, token)
		}
	}

	for id, known := range s.sessions {
		if now.After(known.expires) {
			delete(s.sessions, id)
		}
	}
}

// request returns a sign-in that has not expired.
func (s *storage) request(id string) (*signIn, error) {
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

// choose says who signs in, and since when they have been here.
func (s *storage) choose(id, subject string, when time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	request, known := s.requests[id]
	if !known {
		return errUnknownSignIn
	}

	request.subject, request.when = subject, when

	return nil
}

func (s *storage) startSession(subject string) string {
	s.mu.Lock()
	defer s.mu.Unlock()

	id, now := rand.Text(), time.Now()
	s.sessions[id] = session{subject: subject, when: now, expires: now.Add(refreshTTL)}

	return id
}

func (s *storage) session(id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetExpired()

	known, ok := s.sessions[id]

	return known, ok
}

func (s *storage) endSession(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.sessions, id)
}

// CreateAuthRequest and the methods below are what the library needs.
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetExpired()

	request := &signIn{AuthRequest: asked, id: rand.Text(), audience: s.config.Audience, expires: time.Now().Add(requestTTL)}
	s.requests[request.id] = request

	return request, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	request, err := s.request(id)
	if err != nil {
		return nil, err
	}

	return request, nil
}

// AuthRequestByCode takes the code: it is good once.
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

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(s.config.TokenTTL), nil
}

// CreateAccessAndRefreshTokens gives a refresh token for the one that is used up by that.
func (s *storage) CreateAccessAndRefreshTokens(
	_ context.Context, request op.TokenRequest, current string,
) (id, refresh string, expires time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	now := time.Now()
	granted := &refreshToken{subject: request.GetSubject(), scopes: request.GetScopes(), expires: now.Add(refreshTTL)}

	if asked, ok := request.(op.IDTokenRequest); ok {
		granted.client, granted.when = asked.GetClientID(), asked.GetAuthTime()
	}

	if current != "" {
		if s.refresh[current] == nil { // Another request was faster.
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

// TerminateSession is told of a sign-out: what was granted to the client is taken back.
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

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	known, ok := s.clients[id]
	if !ok {
		return nil, errUnknownClient
	}

	return known, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	known := s.clients[id]
	if known.secret == "" || subtle.ConstantTimeCompare([]byte(known.secret), []byte(secret)) == 0 {
		return errUnknownClient
	}

	return nil
}

func (s *storage) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	if err := s.AuthorizeClientIDSecret(ctx, id, secret); err != nil {
		return nil, err
	}

	return s.GetClientByClientID(ctx, id)
}

func (s *storage) ClientCredentialsTokenRequest(_ context.Context, _ string, scopes []string) (op.TokenRequest, error) {
	return &grant{refreshToken: refreshToken{subject: SignInUser, scopes: scopes}, audience: s.config.Audience}, nil
}

func (s *storage) Health(context.Context) error { return nil }

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return key{s.config.Key}, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.EdDSA}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{key{s.config.Key}}}, nil
}

// key is the key that signs.
type key struct{ jwk jose.JSONWebKey }

func (k key) ID() string                                  { return k.jwk.KeyID }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.EdDSA }
func (k key) Key() any                                    { return k.jwk.Key }

type publicKey struct{ key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.EdDSA }
func (k publicKey) Use() string                        { return "sig" }

func (k publicKey) Key() any {
	private, _ := k.jwk.Key.(ed25519.PrivateKey)

	return private.Public()
}
