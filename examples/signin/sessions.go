package main

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"
)

// sessionTime is for how long one is let in: the claim is asked for at every sign-in, so not for too long.
const sessionTime = 8 * time.Hour

// sessions are those who are in. They are lost with the process; then everybody signs in again.
type sessions struct {
	mu   sync.Mutex
	byID map[string]session
}

type session struct {
	name    string
	expires time.Time
}

func newSessions() *sessions { return &sessions{byID: make(map[string]session)} }

// start returns the id of a new session.
func (s *sessions) start(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()

	for id, known := range s.byID {
		if time.Now().After(known.expires) {
			delete(s.byID, id)
		}
	}

	id := rand.Text()
	s.byID[id] = session{name: name, expires: time.Now().Add(sessionTime)}

	return id
}

// name returns who the request's browser belongs to.
func (s *sessions) name(r *http.Request) (string, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", false
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	known, ok := s.byID[cookie.Value]

	return known.name, ok && time.Now().Before(known.expires)
}

func (s *sessions) end(r *http.Request) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.byID, cookie.Value)
}
