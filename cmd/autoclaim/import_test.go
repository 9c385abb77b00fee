package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const catalogHeader = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n"

// inputFile writes a file for a command and returns its path.
func inputFile(t *testing.T, text string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "input.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))

	return path
}

func TestADryRunOfAnImportChangesNothing(t *testing.T) {
	t.Parallel()

	db := "--database-url=" + storetest.SQLite(t)
	succeed(t, "tenant", "create", "Acme", "--external-id=acme-id", db)

	users := inputFile(t, "external_id;display_name;email\nann;Ann;ann@example.com\n")
	dry := succeed(t, "import", "users", users, "--tenant=acme", "--dry-run", db)
	assert.Contains(t, dry, "nothing was changed. Would import 1 users into Acme: 1 added, 0 changed, 0 unchanged.")
	assert.Contains(t, succeed(t, "import", "users", users, "--tenant=acme", db),
		"Imported 1 users into Acme: 1 added, 0 changed, 0 unchanged.")
	assert.Contains(t, succeed(t, "import", "users", users, "--tenant=acme", "--dry-run", db), "0 added, 0 changed, 1 unchanged")

	assert.Contains(t, succeed(t, "import", "catalog", "sample", "--claimable=TEAMS1", "--dry-run", db), "Products: 11 added")
	assert.NotContains(t, succeed(t, "app", "list", db), "TEAMS1")
	assert.Contains(t, succeed(t, "import", "catalog", "sample", db), "Products: 11 added")
}

func TestAnImportSkipsWhatItCannotReadUnlessThatIsTooMuch(t *testing.T) {
	t.Parallel()

	db := "--database-url=" + storetest.SQLite(t)
	succeed(t, "tenant", "create", "Acme", "--external-id=acme-id", db)

	row := "Product E3,E3,05e9a617-0261-4cee-bb44-138d3ef5d965,TEAMS1,57ff2da0-773e-42df-b2af-ffb7a2317929,Teams\n"
	file := inputFile(t, catalogHeader+row+strings.Replace(row, "57ff2da0", "57ff2d", 1))

	out := succeed(t, "import", "catalog", file, db)
	assert.Contains(t, out, "Read 2 rows: 1 products, 1 apps")
	assert.Contains(t, out, "Rows skipped, since they could not be read: 1\n  line 3: Service_Plan_Id: ")

	status, out := command(t, "import", "catalog", file, "--max-skipped=0", db)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "nothing was changed")
	assert.Contains(t, out, "line 3: Service_Plan_Id: ")

	users := inputFile(t, "external_id,display_name,email\nann,Ann,-\nbob,"+strings.Repeat("x", 3000)+",\n")
	out = succeed(t, "import", "users", users, "--tenant=acme", db)
	assert.Contains(t, out, "Imported 1 users")
	assert.Contains(t, out, "Rows skipped, since they could not be read: 1 of 2\n  line 3: display_name: the text has 3000 characters")
	assert.Contains(t, out, `Emails ignored, since they are no addresses: 1 of 2`)

	status, out = command(t, "import", "users", users, "--tenant=acme", "--max-skipped=0", db)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "line 3: display_name")
}

func TestAnImportOfSomethingElseSaysWhatItIs(t *testing.T) {
	t.Parallel()

	db := "--database-url=" + storetest.SQLite(t)
	page := inputFile(t, "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n")

	status, out := command(t, "import", "catalog", page, db)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "the catalog file is a web page (HTML), not CSV, and nothing was changed.")

	status, out = command(t, "import", "users", page, "--tenant=acme", db)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "the users file is a web page (HTML), not CSV, and nothing was changed.")

	status, out = command(t, "import", "catalog", inputFile(t, catalogHeader+strings.Repeat("x", 2000)), "--max-file-size=1024", db)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "larger than 1024 bytes: is it the right one? If so, raise --max-file-size")
}
