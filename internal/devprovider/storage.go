package devprovider

import (
	"context"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/auth"
)

// storage keeps sign-ins, sessions and refresh tokens in memory. It implements [op.Storage] and is safe for concurrent
// use.
type storage struct {
	config  Config
	clients map[string]client
	people  map[string]auth.Identity

	mu       sync.Mutex
	requests map[string]*authRequest
	codes    map[string]string // From the code to the id of the request.
	refresh  map[string]*refreshToken
	sessions map[string]session
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
		requests: make(map[string]*authRequest), codes: make(map[string]string),
		refresh: make(map[string]*refreshToken), sessions: make(map[string]session),
	}
}

// person returns one of the configured people, or for any other id a person without a role.
func (s *storage) person(id string) auth.Identity {
	if person, known := s.people[id]; known {
		return person
	}

	return auth.Identity{UserExternalID: id, DisplayName: id}
}

// forgetExpired frees the memory of what has expired. The caller must hold the lock.
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

func (s *storage) Health(context.Context) error { return nil }
