// Package buildinfo identifies the build of the program that runs. Whatever reports a version takes it from here.
package buildinfo

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// unknown is the value of what Go did not record in the program.
const unknown = "unknown"

// Build identifies a build of the program. No field of a Build that [Read] returns is empty.
type Build struct {
	// Version is the release, such as v1.2.3. Without one it is Go's version of the main module, or else the commit.
	Version string
	// Revision is the commit. Releases are built without it: their version names the commit.
	Revision string
	// GoVersion is the version of Go that compiled the program.
	GoVersion string
}

// Read returns the build of this program. release is the version that the linker wrote, or "".
func Read(release string) Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}

	return describe(release, info)
}

func describe(release string, info *debug.BuildInfo) Build {
	var module, revision string

	if info.Main.Version != "(devel)" { // Go's text for no version.
		module = info.Main.Version
	}

	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			revision = setting.Value
		}
	}

	return Build{
		Version:   cmp.Or(release, module, revision, unknown),
		Revision:  cmp.Or(revision, unknown),
		GoVersion: runtime.Version(),
	}
}

// String returns the line that --version prints.
func (b Build) String() string {
	return fmt.Sprintf("autoclaim %s %s %s/%s", b.Version, b.GoVersion, runtime.GOOS, runtime.GOARCH)
}
