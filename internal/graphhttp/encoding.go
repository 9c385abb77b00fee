package graphhttp

import (
	"net/http"
	"strings"

	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
)

// bodyEncoding is the only content encoding of requests that the server reads. A compressed body could be a thousand times
// as large in memory as on the wire, and no GraphQL client compresses requests by itself.
const bodyEncoding = "identity"

// isEncoded says whether a request's body is compressed or encoded in another way.
func isEncoded(header http.Header) bool {
	for encoding := range strings.SplitSeq(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		if encoding = strings.TrimSpace(encoding); encoding != "" && !strings.EqualFold(encoding, bodyEncoding) {
			return true
		}
	}

	return false
}

// explain sets the headers that belong to a refusal's status (RFC 9110, sections 15.5.6 and 15.5.16).
func explain(w http.ResponseWriter, r *http.Request, refusal *admission.Refusal) {
	switch {
	case refusal.Status == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", "GET, POST")
	case refusal.Status == http.StatusUnsupportedMediaType && isEncoded(r.Header):
		w.Header().Set("Accept-Encoding", bodyEncoding)
	}
}

func unsupportedEncoding() *admission.Refusal {
	return &admission.Refusal{Status: http.StatusUnsupportedMediaType, Err: apierror.BadInput(
		"Content-Encoding: send the body uncompressed, without this header.")}
}
