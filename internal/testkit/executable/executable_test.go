package executable_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/executable"
)

func TestACopiedProgramRunsWhileOtherProcessesAreStarted(t *testing.T) {
	t.Parallel()

	original, err := exec.LookPath("true")
	if err != nil {
		t.Skip("there is no program to copy:", err)
	}

	var (
		others  sync.WaitGroup
		stopped = make(chan struct{})
	)

	// Large environments make processes slow to start, so more of them inherit files that are open.
	environment := make([]string, 0, 15)
	for i := range cap(environment) {
		environment = append(environment, "FILLER_"+strconv.Itoa(i)+"="+strings.Repeat("x", 100_000))
	}

	for range 4 {
		others.Go(func() {
			for {
				select {
				case <-stopped:
					return
				default:
					other := exec.Command(original)
					other.Env = environment
					assert.NoError(t, other.Run())
				}
			}
		})
	}

	dir := t.TempDir()

	for i := range 200 {
		program := filepath.Join(dir, strconv.Itoa(i))
		if !assert.NoError(t, executable.Copy(original, program)) || !assert.NoError(t, exec.Command(program).Run()) {
			break
		}
	}

	close(stopped)
	others.Wait()
}

func TestABusyProgramIsAwaited(t *testing.T) {
	t.Parallel()

	original, err := exec.LookPath("true")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("other systems run programs that are open for writing")
	}

	program := filepath.Join(t.TempDir(), "program")
	require.NoError(t, executable.Copy(original, program))

	writer, err := os.OpenFile(program, os.O_WRONLY, 0)
	require.NoError(t, err)

	busy, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	require.ErrorIs(t, executable.Settle(busy, program), context.DeadlineExceeded)

	time.AfterFunc(50*time.Millisecond, func() { _ = writer.Close() })
	require.NoError(t, executable.Settle(t.Context(), program))
	require.NoError(t, exec.Command(program).Run())

	// Any exit status means that the program ran.
	failing, err := exec.LookPath("false")
	require.NoError(t, err)
	require.NoError(t, executable.Settle(t.Context(), failing))
	require.ErrorIs(t, executable.Settle(t.Context(), filepath.Join(t.TempDir(), "missing")), fs.ErrNotExist)
}

// writesPrograms matches code that writes a file which can be run, and code that builds a program.
var writesPrograms = regexp.MustCompile(`os\.(WriteFile|OpenFile)\(.*, 0o[0-7]*[1357][0-7]{0,2}\)|exec\.Command(Context)?\(.*"go", ("build"|append)`)

func TestEachProgramThatIsWrittenIsMadeByThisPackage(t *testing.T) {
	t.Parallel()

	var found []string

	require.NoError(t, filepath.WalkDir("../../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}

		text, err := os.ReadFile(path)
		if writesPrograms.Match(text) && !strings.Contains(string(text), "executable.Settle") && !strings.Contains(string(text), "syscall.ETXTBSY") {
			found = append(found, path)
		}

		return err
	}))
	assert.Empty(t, found, "use this package: the program may be busy")
}
