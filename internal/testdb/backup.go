package testdb

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// BaseBackup copies the whole cluster while it works, by pg_basebackup, verifies the copy, and starts it as
// another cluster. [Cluster.At] tells where a database is there.
func (c *Cluster) BaseBackup() (*Cluster, error) {
	maintenance, err := c.start()
	if err != nil {
		return nil, err
	}

	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}

	restored := NewCluster()
	if restored.dir, err = os.MkdirTemp("", "autoclaim-pg-"); err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}

	if err := giveToUnprivileged(restored.dir); err != nil {
		return nil, err
	}

	data := filepath.Join(restored.dir, "data")

	for _, command := range []*exec.Cmd{
		exec.Command(filepath.Join(bin, "pg_basebackup"), "--dbname="+maintenance, "--pgdata="+data, "--checkpoint=fast"),
		exec.Command(filepath.Join(bin, "pg_verifybackup"), data),
	} {
		if said, err := unprivileged(command).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", command.Path, err, said)
		}
	}

	restored.start = sync.OnceValues(func() (string, error) { return restored.serve(bin, data) })
	_, err = restored.start()

	return restored, err
}

// At returns the URL that a database of another cluster has in this one, which is a copy of it.
func (c *Cluster) At(databaseURL string) (string, error) {
	maintenance, err := c.start()
	if err != nil {
		return "", err
	}

	there, err := url.Parse(databaseURL)
	if err != nil {
		return "", fmt.Errorf("read the URL: %w", err)
	}

	return inDatabase(maintenance, filepath.Base(there.Path)), nil
}
