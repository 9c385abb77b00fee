package main

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"
)

// sessionTime is the lifetime of a session. It is limited because licenses are checked only at sign-in.
const sessionTime = 8 * time.Hour

// sessions are the signed-in users. They are kept in memory: after a restart, all users sign in again.
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

// name returns the name of the user who is signed in, if the request has a session.
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
