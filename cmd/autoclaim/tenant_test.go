package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

func TestAnOperatorRenamesAndDeletesATenant(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		db := "--database-url=" + url
		storetest.Fill(t, storetest.Open(t, url))

		assert.Contains(t, succeed(t, "tenant", "rename", "acme", "Acme Ltd", db), "Renamed tenant acme to Acme Ltd.")
		status, said := command(t, "tenant", "rename", "acme", "Other", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, said, "there is no tenant named")
		status, said = command(t, "tenant", "rename", "acme ltd", "Other", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, said, "Another tenant has this name")

		var out bytes.Buffer

		remove := func(typed string) error {
			return tenantDeleteCommand{Name: "acme ltd"}.Run(&environment{
				context: t.Context(), databaseURL: url, logger: storetest.Logger(), in: strings.NewReader(typed), out: &out,
			})
		}

		for _, typed := range []string{"", "acme\n", "other\n"} {
			require.ErrorContains(t, remove(typed), "nothing was deleted")
			assert.Contains(t, out.String(), "4 users, 3 active licenses, 3 subscriptions, 1 policies")
			assert.Contains(t, succeed(t, "tenant", "list", db), "Acme Ltd")
		}

		require.NoError(t, remove("Acme Ltd\n"))
		assert.Contains(t, out.String(), "Deleted tenant Acme Ltd.")
		assert.Contains(t, succeed(t, "tenant", "delete", "other", "--yes", "--wait=0s", db), "Deleted tenant other.")

		status, said = command(t, "tenant", "delete", "other", "--yes", db)
		assert.Equal(t, 1, status)
		assert.Contains(t, said, "there is no tenant named")
		assert.Contains(t, succeed(t, "check", db), "All rules hold")
	})
}

func TestAnOperatorMayWriteAGUIDOfAnOrganizationInAnyWay(t *testing.T) {
	t.Parallel()

	db := "--database-url=" + storetest.SQLite(t)
	succeed(t, "tenant", "create", "Acme", "--external-id={3F2504E0-4F89-41D3-9A0C-0305E82C3301}", db)
	assert.Contains(t, succeed(t, "tenant", "list", db), "3f2504e0-4f89-41d3-9a0c-0305e82c3301")

	status, out := command(t, "tenant", "create", "Again", "--external-id=3F2504E0-4f89-41d3-9a0c-0305e82c3301", db)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `exists already: "Acme"`)
}
