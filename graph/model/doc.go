// Package model holds the Go types of the schema: inputs, payloads and small objects in models_gen.go, which
// gqlgen writes, and the types of the other objects, which wrap those of the domain. Each wrapper returns the
// object's global id. A field that needs more than the object itself has a resolver in package graph.
package model
