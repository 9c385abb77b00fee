package auth

import (
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// parsedToken is a token that could be read. Nothing in it has been verified.
type parsedToken struct {
	signed         *jose.JSONWebSignature
	header, claims map[string]any
}

// parseToken reads a token. It tells the operator about tokens that no setting of this server could make valid.
func parseToken(token string, hints *setupLog) (parsedToken, error) {
	rawHeader, payload, ok := splitToken(token)
	if !ok {
		return parsedToken{}, notJWT(token, hints)
	}

	// Extensions that a reader must understand (crit) would change what is signed, and we understand none.
	header, err := readObject(rawHeader)
	if _, critical := header["crit"]; err != nil || critical {
		return parsedToken{}, &TokenError{Reason: "The token is malformed."}
	}

	algorithm, _ := header["alg"].(string)
	if algorithm != "" && !slices.Contains(signatureAlgorithms(), jose.SignatureAlgorithm(algorithm)) {
		hints.tell(hintAlgorithm, func() (string, string) { return algorithmHint(algorithm) })

		return parsedToken{}, &TokenError{
			Reason: "The token is malformed: its signature algorithm is not accepted. It must be asymmetric, such as RS256 or ES256.",
		}
	}

	signed, err := jose.ParseSignedCompact(token, signatureAlgorithms())
	if err != nil {
		return parsedToken{}, &TokenError{Reason: "The token is malformed."}
	}

	claims, err := readObject(payload)
	if err != nil {
		return parsedToken{}, malformedClaims()
	}

	return parsedToken{signed: signed, header: header, claims: claims}, nil
}

func malformedClaims() error { return &TokenError{Reason: "The token's claims are malformed."} }

// notJWT returns the error for a text that is not a signed JWT.
func notJWT(token string, hints *setupLog) error {
	const jweParts = 5

	parts := strings.Split(token, ".")

	switch {
	case len(parts) == jweParts:
		hints.tell(hintEncrypted, encryptedHint)

		return &TokenError{Reason: "The token is malformed: it is encrypted. Send an access token that is a signed JWT."}
	case len(parts) == 3 && parts[2] == "":
		hints.tell(hintAlgorithm, func() (string, string) { return algorithmHint("none") })

		return &TokenError{Reason: "The token is malformed: it has no signature. Send an access token that is a signed JWT."}
	case len(parts) != 3: //nolint:mnd // Header, payload and signature.
		hints.tell(hintOpaque, opaqueHint)

		return &TokenError{Reason: "The token is malformed: this is no JWT. Send an access token that is a signed JWT."}
	}

	return &TokenError{Reason: "The token is malformed."}
}
