package auth

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// BearerToken returns the token of an Authorization header, and whether there is such a header. The header must be the
// word Bearer, one space and a token (RFC 6750): other spellings may mean something else to a proxy.
func BearerToken(header http.Header) (token string, present bool, err error) {
	values := header.Values("Authorization")
	if len(values) == 0 {
		return "", false, nil
	}

	scheme, token, _ := strings.Cut(values[0], " ")

	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || !isTokenText(token) {
		return "", true, &TokenError{Reason: "The Authorization header must be 'Bearer', one space and one token."}
	}

	return token, true, nil
}

// isTokenText says whether a text has the characters of a bearer token (b64token in RFC 6750), and at least one.
func isTokenText(text string) bool {
	body := strings.TrimRight(text, "=")

	return body != "" && !strings.ContainsFunc(body, func(c rune) bool {
		return !isAlphanumeric(c) && !strings.ContainsRune("-._~+/", c)
	})
}

// splitToken returns the decoded parts of a token in the compact serialization. ok is false if the token is spelled in
// any other way than the one that RFC 7515 defines: each token has one spelling, so it is one entry in caches and lists.
func splitToken(token string) (header, payload []byte, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 { //nolint:mnd // Header, payload and signature.
		return nil, nil, false
	}

	var decoded [3][]byte

	for i, part := range parts {
		// Go's decoder skips line feeds, and without Strict it ignores the unused bits of the last character.
		if part == "" || strings.ContainsAny(part, "\r\n") {
			return nil, nil, false
		}

		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil {
			return nil, nil, false
		}

		decoded[i] = raw
	}

	return decoded[0], decoded[1], true
}

func isAlphanumeric(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
