package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is what this program was released as; the linker writes it (see release.sh).
var version string

// versionText says which program this is: the release or else the commit, and how it was built.
func versionText() string {
	built := "unknown"

	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				built = setting.Value
			}
		}
	}

	return fmt.Sprintf("autoclaim %s %s %s/%s", cmp.Or(version, built), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
