package devprovider

import (
	"context"
	"crypto/ed25519"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return key{s.config.Key}, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.EdDSA}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{key{s.config.Key}}}, nil
}

// key is the signing key.
type key struct{ jwk jose.JSONWebKey }

func (k key) ID() string                                  { return k.jwk.KeyID }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.EdDSA }
func (k key) Key() any                                    { return k.jwk.Key }

type publicKey struct{ key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.EdDSA }
func (k publicKey) Use() string                        { return "sig" }

func (k publicKey) Key() any {
	private, _ := k.jwk.Key.(ed25519.PrivateKey)

	return private.Public()
}
