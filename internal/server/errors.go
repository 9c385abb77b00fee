package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/autoclaim/autoclaim/internal/requestid"
)

// ErrUnknownTenant says that a token is good, but its organization is not a tenant of this server.
var ErrUnknownTenant = errors.New("the organization is not a tenant")

// WriteError answers a request with an error in the shape that GraphQL's errors have.
func WriteError(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	type object map[string]any

	// Text always has a JSON form.
	body, _ := json.Marshal(object{"errors": []object{{
		"message":    message,
		"extensions": object{"code": code, "requestId": requestid.From(r.Context())},
	}}})

	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // A failing client connection is not ours to report.
}
