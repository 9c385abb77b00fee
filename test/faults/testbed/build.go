package testbed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
)

// Edit replaces text in a source file for one build. The file itself does not change.
type Edit struct {
	// File is the path of the file, relative to the repository.
	File string
	// From must occur in the file. To replaces all its occurrences.
	From, To string
}

// BuildEdited builds the server from edited source files. added has further files by path.
func BuildEdited(ctx context.Context, binary string, edits []Edit, added map[string]string) error {
	directory := binary + ".edited"
	if err := os.Mkdir(directory, 0o700); err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}

	texts := make(map[string]string)

	for _, edit := range edits {
		text, known := texts[edit.File]
		if !known {
			raw, err := os.ReadFile(edit.File)
			if err != nil {
				return fmt.Errorf("read the source file: %w", err)
			}

			text = string(raw)
		}

		if !strings.Contains(text, edit.From) {
			return fmt.Errorf("%s no longer contains %q", edit.File, edit.From)
		}

		texts[edit.File] = strings.ReplaceAll(text, edit.From, edit.To)
	}

	maps.Copy(texts, added)

	replaced := make(map[string]string)

	for file, text := range texts {
		path, err := filepath.Abs(file)
		if err != nil {
			return fmt.Errorf("locate the source file: %w", err)
		}

		replaced[path] = filepath.Join(directory, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(replaced[path], []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the edited source file: %w", err)
		}
	}

	overlay, _ := json.Marshal(map[string]any{"Replace": replaced}) // Marshaling text cannot fail.

	list := filepath.Join(directory, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return fmt.Errorf("write the overlay: %w", err)
	}

	return builtserver.Build(ctx, ".", binary, "-overlay="+list)
}

// clockVariable is the environment variable with the path of a file that has the offset of the server's clock.
const clockVariable = "FAULTS_CLOCK"

// BuildWithClock builds the server with a clock that tests can change. Where its commands use time.Now, this build uses
// a function that adds the offset in a file.
func BuildWithClock(ctx context.Context, binary string) error {
	return BuildEdited(ctx, binary, ClockEdits(), map[string]string{"cmd/autoclaim/offsetclock.go": `package main

import (
	"os"
	"time"
)

// offsetClock returns a wall clock time without a monotonic part.
func offsetClock() time.Time {
	text, _ := os.ReadFile(os.Getenv("` + clockVariable + `"))
	offset, _ := time.ParseDuration(string(text))

	return time.Now().Add(offset).Round(0)
}
`})
}

// ClockEdits are the edits of [BuildWithClock].
func ClockEdits() []Edit {
	return []Edit{
		{File: "cmd/autoclaim/serve.go", From: "time.Now", To: "offsetClock"},
		{File: "cmd/autoclaim/demo.go", From: "time.Now", To: "offsetClock"},
	}
}

func (b *Testbed) clockFile(server int) string {
	return filepath.Join(b.directory, "clock-"+strconv.Itoa(server))
}

// StepClock sets the offset of a server's clock.
func (b *Testbed) StepClock(server int, offset time.Duration) error {
	// The rename is atomic. The server reads the file all the time.
	path := b.clockFile(server) + ".new"

	return errors.Join(os.WriteFile(path, []byte(offset.String()), 0o600), os.Rename(path, b.clockFile(server)))
}

// BuildOld builds the server of a commit, and returns the commit's abbreviated hash.
func BuildOld(ctx context.Context, binary, commit string) (hash string, err error) {
	output, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%h", commit, "--").Output() //nolint:gosec // The commit is a flag of the user.
	if err != nil {
		return "", fmt.Errorf("commit %s not found (is this a shallow clone?): %w", commit, err)
	}

	hash = strings.TrimSpace(string(output))
	directory := binary + ".source"

	if err := os.Mkdir(directory, 0o700); err != nil {
		return hash, fmt.Errorf("make a directory: %w", err)
	}

	archive := binary + ".tar"
	for _, command := range [][]string{
		{"git", "archive", "--output=" + archive, hash}, {"tar", "-x", "-f", archive, "-C", directory},
	} {
		if output, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil { //nolint:gosec // The arguments are constants and our own paths.
			return hash, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, output)
		}
	}

	return hash, builtserver.Build(ctx, directory, binary)
}
