package auth_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/auth"
)

func TestProcessesThatShareADevelopmentKeyAcceptEachOthersTokens(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "key.json")
	issuers := make([]*auth.DevIssuer, 20)

	var opening sync.WaitGroup

	for i := range issuers {
		opening.Go(func() {
			issuer, err := auth.OpenDevIssuer(path, func() time.Time { return now })
			assert.NoError(t, err)

			issuers[i] = issuer
		})
	}

	opening.Wait()

	ann := auth.Identity{
		TenantExternalID: "acme", UserExternalID: "ann", DisplayName: "Ann", Email: "ann@example.com",
		Roles: auth.NewRoles(auth.RoleGlobalAdmin),
	}
	token, err := issuers[0].Sign(ann, time.Hour)
	require.NoError(t, err)

	for _, issuer := range issuers {
		got, err := issuer.Verifier().Verify(t.Context(), token)
		require.NoError(t, err)

		got.ExpiresAt = time.Time{}
		assert.Equal(t, ann, got)
	}

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestADevelopmentKeyThatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "key.json")
	_, err := auth.OpenDevIssuer(path, time.Now)
	require.NoError(t, err)

	for _, mode := range []os.FileMode{0o644, 0o640, 0o620, 0o606, 0o777} {
		require.NoError(t, os.Chmod(path, mode))

		_, err = auth.OpenDevIssuer(path, time.Now)
		require.ErrorContains(t, err, "chmod 600 "+path)
	}

	require.NoError(t, os.Chmod(path, 0o400))

	_, err = auth.OpenDevIssuer(path, time.Now)
	require.NoError(t, err)
}

func TestTheErrorOfAnInvalidDevelopmentKeySaysWhatToDo(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "key.json")
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))

	_, err := auth.OpenDevIssuer(path, time.Now)
	assert.ErrorContains(t, err, "delete the file")
}
