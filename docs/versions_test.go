package docs_test

import (
	"database/sql"
	"os"
	"testing"

	_ "github.com/glebarez/go-sqlite" // The driver "sqlite".
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheDocsNameTheVersionOfSQLiteThatIsBuiltIn(t *testing.T) {
	t.Parallel()

	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)

	var version string
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT sqlite_version()").Scan(&version))
	require.NoError(t, db.Close())

	page, err := os.ReadFile("operating.md")
	require.NoError(t, err)
	assert.Contains(t, string(page), "built in ("+version+")")
}
