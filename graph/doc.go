// Package graph is the GraphQL edge of Autoclaim: schema.graphqls made to work. A resolver translates ids
// and input, calls one use case, and translates the result; rules, queries and transactions are elsewhere.
//
// Who may select which field is checked once for a whole operation, before any resolver runs, by the
// table in package auth. 'make generate' writes the generated files anew.
package graph
