package auth

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	strict "github.com/go-jose/go-jose/v4/json"
)

const (
	// maxKeysLength is the largest list of keys, in bytes. It is many times the size of a usual list.
	maxKeysLength = 1 << 20
	// maxKeys is how many keys of an issuer are used. It bounds the work for a token without a key id.
	maxKeys = 100
	// minRSABits and maxRSABits bound RSA keys. RFC 7518 requires 2048 bits. The time to verify grows with the length.
	minRSABits = 2048
	maxRSABits = 8192
)

// keySet is public keys that verify tokens. It never changes.
type keySet struct {
	keys []jose.JSONWebKey
	// skipped is how many keys were left out because they cannot verify tokens.
	skipped int
	// fingerprint is equal for sets of equal keys.
	fingerprint string
	// generation differs between sets that follow each other and have different keys.
	generation int64
}

// signatureAlgorithms are the algorithms that tokens may be signed with. Symmetric algorithms and "none" are left out:
// with them, anybody could sign who knows the public key.
func signatureAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// algorithmsOf returns the algorithms that a public key can be used with. There are none for keys that are too weak.
func algorithmsOf(key any) []jose.SignatureAlgorithm {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits >= minRSABits && bits <= maxRSABits {
			return []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512}
		}
	case *ecdsa.PublicKey:
		switch key.Curve.Params().Name {
		case "P-256":
			return []jose.SignatureAlgorithm{jose.ES256}
		case "P-384":
			return []jose.SignatureAlgorithm{jose.ES384}
		case "P-521":
			return []jose.SignatureAlgorithm{jose.ES512}
		}
	case ed25519.PublicKey:
		return []jose.SignatureAlgorithm{jose.EdDSA}
	}

	return nil
}

// parseKeySet reads a JWK set (RFC 7517). It leaves out the keys that it cannot use, so that one of them does not make
// all tokens invalid.
func parseKeySet(raw []byte) (*keySet, error) {
	var document struct {
		Keys *[]json.RawMessage `json:"keys"`
	}

	// json.Valid limits the depth, and the other reader takes names exactly as they are.
	if !json.Valid(raw) || strict.Unmarshal(raw, &document) != nil || document.Keys == nil {
		return nil, errors.New("the answer is not a JSON object with a list of keys")
	}

	set := new(keySet)

	for _, raw := range *document.Keys {
		key, ok := parseKey(raw)
		if !ok || len(set.keys) == maxKeys {
			set.skipped++

			continue
		}

		set.keys = append(set.keys, key)
	}

	var err error
	set.fingerprint, err = fingerprint(set.keys)

	return set, err
}

// parseKey reads a key, and says whether it can verify tokens.
func parseKey(raw []byte) (key jose.JSONWebKey, ok bool) {
	var operations struct {
		Names *[]string `json:"key_ops"`
	}

	raw, ok = withoutCertificates(raw)
	if !ok || key.UnmarshalJSON(raw) != nil || strict.Unmarshal(raw, &operations) != nil || !key.Valid() || !key.IsPublic() {
		return key, false
	}

	forSignatures := key.Use == "" || key.Use == "sig"
	canVerify := operations.Names == nil || slices.Contains(*operations.Names, "verify")
	algorithms := algorithmsOf(key.Key)
	fits := key.Algorithm == "" || slices.Contains(algorithms, jose.SignatureAlgorithm(key.Algorithm))

	return key, forSignatures && canVerify && fits && len(algorithms) > 0
}

// withoutCertificates returns a key without the members for its certificate (x5c and so on). They are not used, since the
// key itself is trusted, and a certificate that cannot be parsed must not make the key useless.
func withoutCertificates(raw []byte) (changed []byte, ok bool) {
	var members map[string]json.RawMessage
	if strict.Unmarshal(raw, &members) != nil || members == nil {
		return nil, false
	}

	for name := range members {
		if strings.HasPrefix(name, "x5") {
			delete(members, name)
		}
	}

	changed, err := json.Marshal(members)

	return changed, err == nil
}

// fingerprint returns a text that is equal for equal keys in any order.
func fingerprint(keys []jose.JSONWebKey) (string, error) {
	prints := make([]string, len(keys))

	for i, key := range keys {
		thumbprint, err := key.Thumbprint(crypto.SHA256)
		if err != nil {
			return "", fmt.Errorf("compute the thumbprint of a key: %w", err)
		}

		prints[i] = fmt.Sprintf("%q %q %s", key.KeyID, key.Algorithm, base64.RawURLEncoding.EncodeToString(thumbprint))
	}

	slices.Sort(prints)

	return strings.Join(prints, "\n"), nil
}

// verify says whether one of the keys signed the token. A token that names its key is verified only with keys of that id.
func (k *keySet) verify(token *jose.JSONWebSignature) bool {
	header := token.Signatures[0].Protected

	for _, key := range k.keys {
		named := header.KeyID == "" || header.KeyID == key.KeyID
		algorithm := jose.SignatureAlgorithm(cmp.Or(key.Algorithm, header.Algorithm))

		if !named || string(algorithm) != header.Algorithm || !slices.Contains(algorithmsOf(key.Key), algorithm) {
			continue
		}

		if _, err := token.Verify(key.Key); err == nil {
			return true
		}
	}

	return false
}
