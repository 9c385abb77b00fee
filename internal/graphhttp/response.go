package graphhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// reject sends the error of a request that did not become an operation.
func reject(w http.ResponseWriter, exec graphql.GraphExecutor, r *http.Request, media string, status int, err error) {
	if media == mediaEvents {
		media = mediaJSON
	}

	respond(w, media, status, exec.DispatchError(r.Context(), gqlerror.List{gqlerror.WrapIfUnwrapped(err)}))
}

// refuse sends the refusal of a request.
func refuse(w http.ResponseWriter, exec graphql.GraphExecutor, r *http.Request, media string, refusal *admission.Refusal) {
	if refusal.RetryAfter > 0 {
		apierror.SetRetryAfter(w, refusal.RetryAfter)
	}

	reject(w, exec, r, media, refusal.Status, refusal.Err)
}

// statusOf returns the status of an operation that was not executed. With application/json it is always 200, since
// a client cannot tell whether a JSON body with another status is from a GraphQL server or from a proxy. It is also 200
// for persistedQueryNotFound, as with Apollo Server: older clients stop to send hashes after other statuses.
func statusOf(media string, errs gqlerror.List) int {
	if media == mediaJSON || errs[0].Message == persistedQueryNotFound {
		return http.StatusOK
	}

	for _, err := range errs {
		switch err.Extensions["code"] {
		case apierror.CodeForbidden:
			return http.StatusForbidden
		case apierror.CodeInternal:
			return http.StatusInternalServerError
		}
	}

	return http.StatusBadRequest
}

// respond writes a response.
func respond(w http.ResponseWriter, media string, status int, response *graphql.Response) {
	if media == mediaEvents {
		media = mediaJSON
	}

	apierror.SetRetryAfterOf(w, response.Errors)

	body := encode(response)
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // The client closed the connection.
}

// encode writes a response as JSON: errors first, as the specification recommends, and no data at all if the
// operation was not executed. The response's data is JSON already and is copied.
func encode(response *graphql.Response) []byte {
	var body bytes.Buffer

	body.Grow(len(response.Data) + 64) //nolint:mnd // Room for the braces and names around the data.
	body.WriteByte('{')

	separator := ""
	field := func(name string, value []byte) {
		fmt.Fprintf(&body, "%s%q:", separator, name)
		body.Write(value)

		separator = ","
	}

	if len(response.Errors) > 0 {
		field("errors", marshal(response.Errors))
	}

	if len(response.Data) > 0 {
		field("data", response.Data)
	}

	if len(response.Extensions) > 0 {
		field("extensions", marshal(response.Extensions))
	}

	body.WriteByte('}')

	return body.Bytes()
}

// marshal encodes values that always have a JSON form, such as errors and extensions.
func marshal(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Errorf("encode a response: %w", err)) // The server's recovery middleware logs it and sends the response.
	}

	return encoded
}
