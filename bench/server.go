package main

import (
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
)

// server is a server's process and what it was started with.
type server struct {
	*builtserver.Program

	database string
	binary   string
}

// start runs the server on the database until it is stopped. The environment is added to this process's own.
func start(ctx context.Context, binary, database, directory string, environment ...string) (*server, error) {
	p, err := builtserver.Start(ctx, builtserver.Config{
		Binary: binary, Database: database, Directory: directory, Environment: environment, Log: os.Stderr,
	})

	return &server{Program: p, database: database, binary: binary}, err
}

// as is the server as a caller of the demo tenant reaches it.
func (s *server) as(user string, roles ...auth.Role) (target, error) {
	token, err := s.Token(user, roles...)

	return target{address: strings.TrimPrefix(s.URL, "http://"), path: "/graphql", token: token}, err
}

// send runs an operation and reads its data.
func (t target) send(ctx context.Context, query string, variables map[string]any, into any) error {
	return builtserver.Send(ctx, http.DefaultClient, "http://"+t.address, t.token, "",
		builtserver.Request{Query: query, Variables: variables}, into)
}
