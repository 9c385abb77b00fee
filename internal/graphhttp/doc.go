// Package graphhttp serves an executable GraphQL schema over HTTP, server-sent events and WebSockets.
//
// Before any resolver runs, a whole operation is checked: whether it is a trusted document, its size, and the
// permissions of its caller for each field.
package graphhttp
