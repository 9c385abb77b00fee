package csvfile

import (
	"bytes"
	"fmt"
	"strings"
)

// kind is a kind of file that is not CSV.
type kind struct {
	is     string // Such as "a PDF document"; empty if the kind is unknown.
	remedy string
}

const (
	saveSheet = "Open it in a spreadsheet program, and save the sheet with the list as CSV in UTF-8."
	unpack    = "Unpack it, and import the CSV file in it."
	export    = "Export the list as CSV."
	download  = "It may be a sign-in page, or a page about the file. Download the CSV file itself."
)

func (f Format) notCSV(k kind) error {
	hint := k.remedy
	if f.Source != "" {
		hint += " " + f.Source
	}

	return fmt.Errorf("%s is %s, not CSV, and nothing was changed. %s", f.What, k.is, hint)
}

// binaryKind recognizes files that are not text, by how they begin.
func binaryKind(raw []byte) kind {
	for _, known := range []struct {
		prefix string
		kind
	}{
		{"%PDF-", kind{"a PDF document", export}},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kind{"an Excel workbook (.xls) or another Office document", saveSheet}},
		{"\x1f\x8b", kind{"compressed (gzip)", unpack}},
		{"BZh", kind{"compressed (bzip2)", unpack}},
		{"\xfd7zXZ\x00", kind{"compressed (xz)", unpack}},
		{"\x28\xb5\x2f\xfd", kind{"compressed (zstd)", unpack}},
		{"7z\xbc\xaf\x27\x1c", kind{"an archive (7z)", unpack}},
		{"Rar!\x1a\x07", kind{"an archive (rar)", unpack}},
		{"SQLite format 3\x00", kind{"an SQLite database", export}},
		{"PAR1", kind{"a Parquet file", export}},
		{"\x89PNG", kind{"an image", export}},
		{"\xff\xd8\xff", kind{"an image", export}},
		{"GIF8", kind{"an image", export}},
	} {
		if bytes.HasPrefix(raw, []byte(known.prefix)) {
			return known.kind
		}
	}

	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte("PK\x05\x06")) {
		return zipKind(raw)
	}

	const sample, fewZeros, share = 8 << 10, 10, 50

	start := raw[:min(sample, len(raw))]
	if wideEncoding(raw) == nil && bytes.Count(start, []byte{0}) > fewZeros+len(start)/share {
		return kind{"not text", export}
	}

	return kind{}
}

// zipKind recognizes documents that are ZIP archives by the names of the files in them, which are never compressed.
func zipKind(raw []byte) kind {
	switch {
	case bytes.Contains(raw, []byte("xl/workbook.")):
		return kind{"an Excel workbook (.xlsx)", saveSheet}
	case bytes.Contains(raw, []byte("application/vnd.oasis.opendocument.spreadsheet")):
		return kind{"an OpenDocument spreadsheet (.ods)", saveSheet}
	case bytes.Contains(raw, []byte("Index/Tables/")):
		return kind{"a Numbers spreadsheet", saveSheet}
	case bytes.Contains(raw, []byte("word/document.xml")):
		return kind{"a Word document (.docx)", export}
	default:
		return kind{"a ZIP archive", unpack}
	}
}

// markupKind recognizes web pages and other documents that consist of tags.
func markupKind(text []byte) kind {
	start := beginning(text)
	if !strings.HasPrefix(start, "<") {
		return kind{}
	}

	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(start, part) {
				return true
			}
		}

		return false
	}

	switch {
	case has("schemas-microsoft-com:office:spreadsheet"):
		return kind{"an Excel workbook (XML)", saveSheet}
	case has("<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<script", "<table", "<div"):
		return kind{"a web page (HTML)", download}
	case has("<error", "<code>"):
		return kind{"an error message of a web server (XML)", download}
	default:
		return kind{"an XML document", export}
	}
}

// textKind recognizes text files that are not CSV. Only a file without the right header is one.
func textKind(text []byte) kind {
	start := beginning(text)

	for _, known := range []struct {
		prefix string
		kind
	}{
		{`{\rtf`, kind{"a text document (.rtf)", export}},
		{"{", kind{"JSON", export}},
		{"[", kind{"JSON", export}},
		{"version https://git-lfs", kind{"a pointer to a file in Git LFS", "Get the file itself: git lfs pull."}},
		{"dn:", kind{"LDIF", export}},
		{"version: 1\ndn:", kind{"LDIF", export}},
		{"begin:vcard", kind{"a list of vCards", export}},
		{"id;p", kind{"a SYLK spreadsheet (.slk)", saveSheet}},
		{"---\n", kind{"YAML", export}},
	} {
		if strings.HasPrefix(start, known.prefix) {
			return known.kind
		}
	}

	if strings.Contains(start, "mime-version:") && strings.Contains(start, "multipart/related") {
		return kind{"a saved web page (.mht)", download}
	}

	return kind{}
}

// beginning returns the first part of a text in lower case.
func beginning(text []byte) string {
	const sample = 4 << 10

	text = bytes.TrimSpace(text)

	return strings.ToLower(string(text[:min(sample, len(text))]))
}
