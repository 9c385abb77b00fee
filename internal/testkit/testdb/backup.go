package testdb

import (
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
)

// BaseBackup copies the whole running cluster with pg_basebackup, verifies the copy, and starts it as another cluster.
// [Cluster.At] returns the URLs of its databases. Close it after use.
func (c *Cluster) BaseBackup() (*Cluster, error) {
	maintenance, err := c.start()
	if err != nil {
		return nil, err
	}

	restored := NewCluster()
	if restored.instance, err = newInstance(clusterSettings()); err != nil {
		return nil, err
	}

	data := restored.instance.data

	err = restored.instance.run("pg_basebackup", "--dbname="+maintenance, "--pgdata="+data, "--checkpoint=fast")
	if err == nil {
		err = restored.instance.run("pg_verifybackup", data)
	}

	if err != nil {
		return nil, err
	}

	restored.start = sync.OnceValues(func() (string, error) {
		return restored.instance.URL("postgres"), restored.instance.Start()
	})
	_, err = restored.start()

	return restored, err
}

// At returns the URL of a database in this cluster, a copy made by [Cluster.BaseBackup]. databaseURL is its URL in the
// original cluster.
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
