package store

import (
	"errors"
	"os"
	"strings"

	"github.com/autoclaim/autoclaim/internal/store/postgres"
)

// CheckURL refuses a URL that names no database or can be read in two ways. The error has no part of the URL, because
// any part could be a password. It does not connect, and looks up no name.
func CheckURL(url string) error {
	path, isSQLite := strings.CutPrefix(url, "sqlite:")

	switch {
	case !isSQLite:
		return postgres.CheckURL(url)
	case path == "" || path == ":memory:":
		return errors.New("name a file, such as sqlite:autoclaim.db")
	case strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return errors.New("write the file's path right after sqlite:, such as sqlite:autoclaim.db or sqlite:/var/lib/autoclaim/autoclaim.db")
	}

	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return errors.New("the path after sqlite: is a directory: name a file")
	}

	return nil
}
