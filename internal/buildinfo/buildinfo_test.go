package buildinfo

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestABuildIsIdentifiedByItsReleaseOrElseItsModuleOrElseItsCommit(t *testing.T) {
	t.Parallel()

	commit := []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "abc"}}

	for _, build := range []struct {
		release, module string
		settings        []debug.BuildSetting

		version, revision string
	}{
		{release: "v9.9.9", module: "(devel)", version: "v9.9.9", revision: unknown},
		{release: "v9.9.9", module: "v1.0.0", settings: commit, version: "v9.9.9", revision: "abc"},
		{module: "v1.0.0", version: "v1.0.0", revision: unknown},
		{module: "v1.0.1-0.20260102030405-abc+dirty", settings: commit, version: "v1.0.1-0.20260102030405-abc+dirty", revision: "abc"},
		{module: "(devel)", settings: commit, version: "abc", revision: "abc"},
		{module: "(devel)", version: unknown, revision: unknown},
		{version: unknown, revision: unknown},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: build.module}, Settings: build.settings}
		assert.Equal(t, Build{Version: build.version, Revision: build.revision, GoVersion: runtime.Version()},
			describe(build.release, info))
	}
}
