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
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// devIssuer is the issuer of development tokens. It is no URL, so no provider can have it.
const devIssuer = "autoclaim-dev"

// DevAudience is what development tokens are meant for.
const DevAudience = devIssuer

// DevIssuer signs tokens with a key in a local file. It is for development: whoever reads the file is
// every user of every tenant.
type DevIssuer struct {
	key ed25519.PrivateKey
	now func() time.Time
}

// OpenDevIssuer reads the key from the file, or makes both, readable by its owner alone. Two processes
// that begin at once get the same key.
func OpenDevIssuer(path string, now func() time.Time) (*DevIssuer, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // The operator names the file.
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKey(path); err != nil {
			return nil, fmt.Errorf("make the development key: %w", err)
		}

		raw, err = os.ReadFile(path) //nolint:gosec // The operator names the file.
	}

	if err != nil {
		return nil, fmt.Errorf("read the development key: %w", err)
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

// createKey puts a complete file into place, unless another process was first.
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

	defer func() { _ = os.Remove(file.Name()) }()

	_, writeErr := file.Write(raw)
	if err := errors.Join(writeErr, file.Close()); err != nil {
		return fmt.Errorf("write: %w", err)
	}

	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("put into place: %w", err)
	}

	return nil
}

// Sign returns a token that says who its bearer is for as long as ttl.
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

// Key is the key that signs, for a provider on the same server. Its id is the same wherever the file is read.
func (d *DevIssuer) Key() (jose.JSONWebKey, error) {
	key := jose.JSONWebKey{Key: d.key, Algorithm: string(jose.EdDSA), Use: "sig"}

	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return key, fmt.Errorf("name the development key: %w", err)
	}

	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)

	return key, nil
}

// errOtherIssuer is worded as the library words it.
var errOtherIssuer = errors.New("issued by a different provider")

// accepts says whether a verified token's issuer is one whose tokens are accepted. Where there is but one, the
// library has checked it.
func (c Config) accepts(issuer string) bool {
	return len(c.alsoIssuers) == 0 || issuer == c.Issuer || slices.Contains(c.alsoIssuers, issuer)
}

// Verifier returns the verifier of the tokens that Sign returns, and of those that the providers, named by
// their issuers, sign with the same key; it accepts no others.
func (d *DevIssuer) Verifier(providers ...string) Verifier {
	config := Config{Issuer: devIssuer, Audience: DevAudience, Now: d.now}.withDefaults()
	config.alsoIssuers = providers

	return newVerifier(config, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{d.key.Public()}}, newVerifiedTokens())
}
