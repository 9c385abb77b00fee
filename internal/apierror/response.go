package apierror

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/requestid"
)

// RetryAfterOverload is when to try again after [CodeOverloaded] and [CodeUnavailable].
const RetryAfterOverload = time.Second

// Write sends one error as a response outside of GraphQL. The body has the shape of a GraphQL response with
// errors only.
func Write(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	type object map[string]any

	// Text always has a JSON form.
	body, _ := json.Marshal(object{"errors": []object{{
		"message":    message,
		"extensions": object{"code": code, "requestId": requestid.From(r.Context())},
	}}})

	// Clients look for errors in a body with an error status only if it is of GraphQL's own media type.
	media := "application/json"
	if strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "application/graphql-response+json") {
		media = "application/graphql-response+json"
	}

	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // The client closed the connection.
}

// RetryAfterSeconds returns a time to wait in whole seconds, at least 1.
func RetryAfterSeconds(after time.Duration) int { return max(1, int(math.Ceil(after.Seconds()))) }

// SetRetryAfter sets the Retry-After header, in whole seconds, at least 1.
func SetRetryAfter(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(RetryAfterSeconds(after)))
}

// SetRetryAfterOf sets the Retry-After header if one of the errors is temporary.
func SetRetryAfterOf(w http.ResponseWriter, errs gqlerror.List) {
	for _, err := range errs {
		if code := err.Extensions["code"]; code == CodeOverloaded || code == CodeUnavailable {
			SetRetryAfter(w, RetryAfterOverload)
		}
	}
}
