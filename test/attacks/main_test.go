// Package attacks attacks a built server over the network, as strangers, users and whole tenants could. Each attack runs
// twice in a row. The server must refuse it with a code, stay within its memory, give back every descriptor, and answer
// each sign-in of another tenant meanwhile.
//
// The server runs under a small limit of open files. A test that needs more than a quiet machine can promise belongs
// into the storm, which "make attacks" runs for a minute.
package attacks

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

var (
	// cluster is the PostgreSQL server of these tests.
	cluster = testdb.NewCluster()
	// program is the built server.
	program string
	// storm is how long the storm lasts. A long one also checks the latency of sign-ins.
	storm = flag.Duration("storm", 5*time.Second, "how long the storm of all attacks lasts")
)

func TestMain(m *testing.M) {
	flag.Parse()

	if runtime.GOOS != "linux" {
		fmt.Fprintln(os.Stderr, "The attacks measure the server's process in /proc, so they need Linux.")

		return
	}

	if !attackServer() {
		os.Exit(run(m))
	}
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "autoclaim-attacks-")
	if err != nil {
		panic(err)
	}

	defer func() { _ = os.RemoveAll(dir) }()
	defer cluster.Close()

	program = filepath.Join(dir, "autoclaim")
	if err := builtserver.Build(context.Background(), filepath.Join("..", ".."), program); err != nil {
		panic(err)
	}

	return m.Run()
}
