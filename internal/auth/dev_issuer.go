package auth

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// devIssuer is the issuer of development tokens. It is not a URL, so no OpenID provider can have it.
const devIssuer = "autoclaim-dev"

// DevAudience is the audience of development tokens.
const DevAudience = devIssuer

// DevIssuer signs tokens with a key in a local file. It is for development only: anybody who can read the file can
// sign in as every user of every tenant.
type DevIssuer struct {
	key ed25519.PrivateKey
	now func() time.Time
}

// OpenDevIssuer reads the key from the file. If the file does not exist, it creates it with a new key, readable only by
// its owner. Two processes that start at the same time get the same key.
func OpenDevIssuer(path string, now func() time.Time) (*DevIssuer, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKey(path); err != nil {
			return nil, fmt.Errorf("create the development key: %w", err)
		}

		raw, err = os.ReadFile(path) //nolint:gosec // The operator names the file.
	}

	if err != nil {
		return nil, fmt.Errorf("read the development key: %w", err)
	}

	if err := requireOwnerOnly(path); err != nil {
		return nil, err
	}

	var jwk jose.JSONWebKey
	if err := json.Unmarshal(raw, &jwk); err != nil {
		return nil, fmt.Errorf("read the development key %s (delete the file to get a new one): %w", path, err)
	}

	key, ok := jwk.Key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds no Ed25519 private key; delete the file to get a new one", path)
	}

	return &DevIssuer{key: key, now: now}, nil
}

// requireOwnerOnly refuses a key file that others can read or write: whoever has the key can sign in as everybody.
func requireOwnerOnly(path string) error {
	const others = 0o077

	info, err := os.Stat(path) //nolint:gosec // The operator names the file.
	if err != nil {
		return fmt.Errorf("read the development key: %w", err)
	}

	if runtime.GOOS != "windows" && info.Mode().Perm()&others != 0 { // Windows has no such modes.
		return fmt.Errorf("other users can read or change the development key %s (mode %#o): run 'chmod 600 %s', or delete the file to get a new key",
			path, info.Mode().Perm(), path)
	}

	return nil
}

// createKey creates the file with a new key in one step, unless another process has created it.
func createKey(path string) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}

	raw, err := json.Marshal(jose.JSONWebKey{Key: key, Algorithm: string(jose.EdDSA), Use: "sig"})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}

	// os.CreateTemp makes files that only their owner can read.
	file, err := os.CreateTemp(filepath.Dir(path), ".autoclaim-dev-key-*")
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}

	defer func() { _ = os.Remove(file.Name()) }() //nolint:gosec // The operator names its directory.

	_, writeErr := file.Write(raw)
	if err := errors.Join(writeErr, file.Close()); err != nil {
		return fmt.Errorf("write: %w", err)
	}

	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("link: %w", err)
	}

	return nil
}

// Sign returns a token for the identity that expires after ttl.
func (d *DevIssuer) Sign(identity Identity, ttl time.Duration) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: d.key}, nil)
	if err != nil {
		return "", fmt.Errorf("prepare to sign: %w", err)
	}

	now := d.now()

	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: devIssuer, Audience: jwt.Audience{DevAudience}, Subject: identity.UserExternalID,
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(ttl)),
	}).Claims(map[string]any{
		"tid": identity.TenantExternalID, "roles": identity.Roles.List(),
		"name": identity.DisplayName, "email": identity.Email,
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}

	return token, nil
}

// Key returns the signing key, for an OpenID provider on the same server. Its id depends only on the key.
func (d *DevIssuer) Key() (jose.JSONWebKey, error) {
	key := jose.JSONWebKey{Key: d.key, Algorithm: string(jose.EdDSA), Use: "sig"}

	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return key, fmt.Errorf("compute the id of the development key: %w", err)
	}

	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)

	return key, nil
}

// Verifier returns a verifier that accepts only the tokens of Sign, and tokens that one of the providers, named by
// their issuers, signed with the same key.
func (d *DevIssuer) Verifier(providers ...string) Verifier {
	config := Config{Issuer: devIssuer, Audience: DevAudience, ClockSkew: time.Minute, Now: d.now}.withDefaults()
	config.otherIssuers = providers

	key, _ := d.Key() // Ed25519 keys always have an id.

	keys := fixedKeys{&keySet{keys: []jose.JSONWebKey{{Key: d.key.Public(), KeyID: key.KeyID}}}}

	return newIssuerTable(newVerifier(config, keys))
}
