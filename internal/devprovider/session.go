package devprovider

import (
	"crypto/rand"
	"time"
)

// session says who has signed in with a browser.
type session struct {
	subject  string
	authTime time.Time // When the session began.
	expires  time.Time
}

// startSession creates a session and returns its id, which is the value of the browser's cookie.
func (s *storage) startSession(subject string) string {
	s.mu.Lock()
	defer s.mu.Unlock()

	id, now := rand.Text(), time.Now()
	s.sessions[id] = session{subject: subject, authTime: now, expires: now.Add(refreshTTL)}

	return id
}

// session returns a session that has not expired. ok is false if there is none.
func (s *storage) session(id string) (found session, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetExpired()

	found, ok = s.sessions[id]

	return found, ok
}

func (s *storage) endSession(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.sessions, id)
}
