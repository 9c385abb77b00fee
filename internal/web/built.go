package web

import (
	"io/fs"
	"strings"
)

// Built returns the files of a page that its build made. It hides files whose names begin with a dot: the embedded
// directory must have one (.gitignore) so that the program compiles without a build, and no build makes one to be served.
func Built(embedded fs.FS) fs.FS { return built{embedded} }

type built struct{ fs.FS }

// Open implements [fs.FS].
func (b built) Open(name string) (fs.File, error) {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && name != "." {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
	}

	return b.FS.Open(name)
}
