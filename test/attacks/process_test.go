package attacks

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// process is the id of a running process on Linux.
type process int

func (p process) path(name string) string { return filepath.Join("/proc", strconv.Itoa(int(p)), name) }

// memory returns one of the sizes in the status of the process, in MiB: VmRSS is what it uses now, VmHWM the most that
// it has ever used. It is 0 if the process has ended.
func (p process) memory(name string) int {
	status, _ := os.ReadFile(p.path("status"))

	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			kilobytes, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))

			return kilobytes >> 10
		}
	}

	return 0
}

// cpu returns the processor time that the process has used.
func (p process) cpu() time.Duration {
	const (
		tick          = 10 * time.Millisecond
		user, systems = 11, 12 // Counted from the field after the name, which may have spaces.
	)

	text, _ := os.ReadFile(p.path("stat"))
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)

	var ticks int

	for _, field := range []int{user, systems} {
		if field < len(fields) {
			n, _ := strconv.Atoi(fields[field])
			ticks += n
		}
	}

	return time.Duration(ticks) * tick
}

// descriptors returns the number of open files of the server, without its connections to the database, which are
// opened as needed.
func (s *server) descriptors() int {
	s.t.Helper()

	entries, err := os.ReadDir(s.process.path("fd"))
	require.NoError(s.t, err, "the server runs")

	database, err := url.Parse(s.database)
	require.NoError(s.t, err)

	return len(entries) - s.openTCP(func(_, remote string) bool { return remote == database.Port() })
}

// connections returns the number of connections of clients that the server has not closed.
func (s *server) connections() int {
	s.t.Helper()

	_, port, err := net.SplitHostPort(s.address)
	require.NoError(s.t, err)

	return s.openTCP(func(local, _ string) bool { return local == port })
}

// openTCP counts the open connections of the server whose ports match.
func (s *server) openTCP(match func(local, remote string) bool) (count int) {
	s.t.Helper()

	entries, err := os.ReadDir(s.process.path("fd"))
	require.NoError(s.t, err, "the server runs")

	open := make(map[string]bool, len(entries))

	for _, entry := range entries {
		// The file may have been closed since.
		if target, err := os.Readlink(filepath.Join(s.process.path("fd"), entry.Name())); err == nil {
			open[target] = true
		}
	}

	for _, table := range []string{"net/tcp", "net/tcp6"} {
		text, err := os.ReadFile(s.process.path(table))
		require.NoError(s.t, err)

		for line := range strings.Lines(string(text)) {
			const (
				local, remote, state, inode = 1, 2, 3, 9
				listening                   = "0A"
			)

			fields := strings.Fields(line)
			if len(fields) > inode && fields[state] != listening && open[fmt.Sprintf("socket:[%s]", fields[inode])] &&
				match(port(fields[local]), port(fields[remote])) {
				count++
			}
		}
	}

	return count
}

// port returns the port of an address in /proc/net/tcp as a decimal number.
func port(address string) string {
	_, digits, _ := strings.Cut(address, ":")
	n, _ := strconv.ParseUint(digits, 16, 16)

	return strconv.FormatUint(n, 10)
}
