package csvfile

import (
	"fmt"
	"strings"
)

const (
	// maxNotes is the largest number of notes of one kind that are kept. The others are counted.
	maxNotes = 1000
	// maxNoteLength is the longest text of a note, in bytes.
	maxNoteLength = 500
)

// Note is a message for the operator about a line of the file.
type Note struct {
	Line int
	Text string
}

// String returns the note as a line of a report.
func (n Note) String() string { return fmt.Sprintf("line %d: %s", n.Line, n.Text) }

// Notes are the messages of one kind. The zero value has none.
type Notes struct {
	// Count is the number of all messages.
	Count int
	// First are the first messages, at most 1,000.
	First []Note
}

// Add adds a message.
func (n *Notes) Add(line int, text string) {
	n.Count++

	if len(n.First) == maxNotes {
		return
	}

	if len(text) > maxNoteLength {
		text = strings.ToValidUTF8(text[:maxNoteLength], "") + "…"
	}

	n.First = append(n.First, Note{Line: line, Text: text})
}
