package main

import (
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
)

// server is a running server process.
type server struct {
	*builtserver.Program

	database string
	binary   string
}

// startServer starts a server on the database. environment is added to the environment of this process.
func startServer(ctx context.Context, binary, database, directory string, environment ...string) (*server, error) {
	p, err := builtserver.Start(ctx, builtserver.Config{
		Binary: binary, Database: database, Directory: directory, Environment: environment, Log: os.Stderr,
	})

	return &server{Program: p, database: database, binary: binary}, err
}

// target returns the server's endpoint with a token of the demo tenant for this user and these roles.
func (s *server) target(user string, roles ...auth.Role) (target, error) {
	return s.targetOf("demo", user, roles...)
}

// targetOf is target for a user of the tenant with this external id.
func (s *server) targetOf(tenant, user string, roles ...auth.Role) (target, error) {
	token, err := s.TokenOf(tenant, user, roles...)

	return target{address: strings.TrimPrefix(s.URL, "http://"), path: "/graphql", token: token}, err
}

// send runs an operation and reads its data.
func (t target) send(ctx context.Context, query string, variables map[string]any, into any) error {
	return builtserver.Send(ctx, http.DefaultClient, "http://"+t.address, t.token, "",
		builtserver.Request{Query: query, Variables: variables}, into)
}
