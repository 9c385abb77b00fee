package stage

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

// Edit is a change of a source file, for builds that lack something or have something in its place. The file itself
// stays as it is.
type Edit struct {
	// File is relative to the repository.
	File string
	// From must be there, and becomes To everywhere in the file.
	From, To string
}

// BuildEdited builds the program from edited sources.
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
				return fmt.Errorf("read the source: %w", err)
			}

			text = string(raw)
		}

		if !strings.Contains(text, edit.From) {
			return fmt.Errorf("%s no longer says %q", edit.File, edit.From)
		}

		texts[edit.File] = strings.ReplaceAll(text, edit.From, edit.To)
	}

	maps.Copy(texts, added)

	replaced := make(map[string]string)

	for file, text := range texts {
		path, err := filepath.Abs(file)
		if err != nil {
			return fmt.Errorf("find the source: %w", err)
		}

		replaced[path] = filepath.Join(directory, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(replaced[path], []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the edited source: %w", err)
		}
	}

	overlay, _ := json.Marshal(map[string]any{"Replace": replaced}) // Text always has a JSON form.

	list := filepath.Join(directory, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return fmt.Errorf("write the overlay: %w", err)
	}

	return builtserver.Build(ctx, ".", binary, "-overlay="+list)
}

// clockVariable names the file that says by how much a server's clock is wrong.
const clockVariable = "AUTOCLAIM_FAULTS_CLOCK"

// BuildClocked builds the program with a clock that can be stepped: wherever its commands pass time.Now on, they
// pass one that adds what a file says.
func BuildClocked(ctx context.Context, binary string) error {
	var edits []Edit
	for _, file := range []string{"serve.go", "demo.go"} {
		edits = append(edits, Edit{File: "cmd/autoclaim/" + file, From: "time.Now", To: "wrongClock"})
	}

	return BuildEdited(ctx, binary, edits, map[string]string{"cmd/autoclaim/wrongclock.go": `package main

import (
	"os"
	"time"
)

// wrongClock has no monotonic part: it is only what the wall says.
func wrongClock() time.Time {
	said, _ := os.ReadFile(os.Getenv("` + clockVariable + `"))
	wrong, _ := time.ParseDuration(string(said))

	return time.Now().Add(wrong).Round(0)
}
`})
}

func (s *Stage) clock(server int) string {
	return filepath.Join(s.directory, "clock-"+strconv.Itoa(server))
}

// StepClock makes a server's clock wrong by so much.
func (s *Stage) StepClock(server int, by time.Duration) error {
	// Put into place at once: the server reads it all the time.
	path := s.clock(server) + ".new"

	return errors.Join(os.WriteFile(path, []byte(by.String()), 0o600), os.Rename(path, s.clock(server)))
}

// BuildOld builds the program as it was at a commit, and says which one that is.
func BuildOld(ctx context.Context, binary, commit string) (hash string, err error) {
	said, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%h", commit, "--").Output() //nolint:gosec // The caller's own.
	if err != nil {
		return "", fmt.Errorf("there is no commit %s here (is this a shallow clone?): %w", commit, err)
	}

	hash = strings.TrimSpace(string(said))
	directory := binary + ".source"

	if err := os.Mkdir(directory, 0o700); err != nil {
		return hash, fmt.Errorf("make a directory: %w", err)
	}

	archive := binary + ".tar"
	for _, command := range [][]string{
		{"git", "archive", "--output=" + archive, hash}, {"tar", "-x", "-f", archive, "-C", directory},
	} {
		if said, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil { //nolint:gosec // Ours.
			return hash, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, said)
		}
	}

	return hash, builtserver.Build(ctx, directory, binary)
}
