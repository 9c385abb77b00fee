package storetest

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// Newest stands for the newest version of a schema; see [Migrations].
const Newest = 1 << 30

// Migrations returns those of the files that lead up to a version, as an earlier program had them, and adds migrations,
// which are SQL by their names without the ending.
func Migrations(t testing.TB, files fs.FS, upTo int, added map[string]string) fs.FS {
	t.Helper()

	entries, err := fs.ReadDir(files, ".")
	require.NoError(t, err)

	migrations := make(fstest.MapFS)

	for _, entry := range entries {
		var version int

		_, err := fmt.Sscanf(entry.Name(), "%d_", &version)
		require.NoError(t, err)

		if version > upTo {
			continue
		}

		text, err := fs.ReadFile(files, entry.Name())
		require.NoError(t, err)

		migrations[entry.Name()] = &fstest.MapFile{Data: text}
	}

	for name, text := range added {
		migrations[name+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}

	return migrations
}
