package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/executable"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// releasedVersion is the version that the tests' program was built with.
const releasedVersion = "v9.9.9"

// releaseFlags matches the linker flags that the release script gives.
var releaseFlags = regexp.MustCompile(`-buildvcs=false -ldflags "([^"]*main[^"]*)"`)

// buildRelease builds the command with the linker flags of deploy/release.sh.
func buildRelease(path string) error {
	script, err := os.ReadFile(filepath.Join("..", "..", "deploy", "release.sh"))
	if err != nil {
		return err
	}

	flags := releaseFlags.FindSubmatch(script)
	if flags == nil || !strings.Contains(string(flags[1]), "$version") {
		return errors.New("release.sh has no linker flags with $version")
	}

	build := exec.Command("go", "build", "-buildvcs=false", "-o", path,
		"-ldflags", strings.ReplaceAll(string(flags[1]), "$version", releasedVersion), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}

	return executable.Settle(context.Background(), path)
}

func TestTheImageIsBuiltWithTheReleasesFlags(t *testing.T) {
	t.Parallel()

	var flags []string

	for _, file := range []string{"release.sh", "Dockerfile"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "deploy", file))
		require.NoError(t, err)

		found := releaseFlags.FindSubmatch(text)
		require.NotNil(t, found, file)

		flags = append(flags, strings.NewReplacer("$version", "VERSION", "${VERSION}", "VERSION").Replace(string(found[1])))
	}

	assert.Equal(t, flags[0], flags[1])
}

func TestAReleaseReportsTheSameVersionEverywhere(t *testing.T) {
	t.Parallel()

	out, err := exec.Command(program, "--version").Output()
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("autoclaim %s %s %s/%s\n", releasedVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH), string(out))

	o := observe(t, storetest.SQLite(t))
	assert.InDelta(t, 1, o.figure("autoclaim_build_info",
		"goversion="+runtime.Version(), "revision=unknown", "version="+releasedVersion), 0, "the metric")

	o.claim("somebody@example.com", "id")
	o.end()
	assert.Equal(t, []string{releasedVersion}, o.spans.versions(), "traces")
}
