package executable_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

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
