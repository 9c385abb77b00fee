package csvfile_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"
)

func zipped(t *testing.T, names ...string) string {
	t.Helper()

	var archive bytes.Buffer

	writer := zip.NewWriter(&archive)

	for _, name := range names {
		file, err := writer.Create(name)
		require.NoError(t, err)

		_, err = file.Write([]byte("content"))
		require.NoError(t, err)
	}

	require.NoError(t, writer.Close())

	return archive.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()

	var compressed bytes.Buffer

	writer := gzip.NewWriter(&compressed)
	_, err := writer.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, writer.Close())

	return compressed.String()
}

func TestAFileOfAnotherKindIsToldWhatItIs(t *testing.T) {
	t.Parallel()

	const sheet, page, unpack = "save the sheet", "Download the CSV file itself", "Unpack it"

	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)

	for name, test := range map[string]struct{ text, is, remedy string }{
		"a web page":         {"<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n", "a web page", page},
		"a part of a page":   {"\ufeff\r\n  <HTML><BODY>col_a,col_b</BODY></HTML>", "a web page", page},
		"a page with rows":   {"<html><pre>\ncol_a,col_b\n1,2\n</pre></html>", "a web page", page},
		"a page in UTF-16":   {encode(t, utf16, "<html><body>Sign in</body></html>"), "a web page", page},
		"a table":            {"<table><tr><td>col_a</td></tr></table>", "a web page", page},
		"XHTML":              {"<?xml version=\"1.0\"?>\n<html xmlns=\"x\"></html>", "a web page", page},
		"a saved web page":   {"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n", "a saved web page", page},
		"an error of a blob": {"<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code></Error>", "an error message", page},
		"an XML document":    {"<?xml version=\"1.0\"?><users></users>", "an XML document", "as CSV"},
		"an XML workbook":    {"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "an Excel workbook (XML)", sheet},
		"an xlsx workbook":   {zipped(t, "[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)", sheet},
		"an xls workbook":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "an Excel workbook (.xls)", sheet},
		"an ods spreadsheet": {"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet", sheet},
		"a zip archive":      {zipped(t, "users.csv"), "a ZIP archive", unpack},
		"an empty archive":   {zipped(t), "a ZIP archive", unpack},
		"a gzip file":        {gzipped(t, "col_a,col_b\n1,2\n"), "compressed (gzip)", unpack},
		"a PDF document":     {"%PDF-1.7\n%âãÏÓ\n", "a PDF document", "as CSV"},
		"a JSON list":        {"[{\"col_a\": 1, \"col_b\": 2}]", "JSON", "as CSV"},
		"a JSON object":      {"\ufeff{\n  \"value\": []\n}", "JSON", "as CSV"},
		"LDIF":               {"dn: cn=ann,dc=example\ncn: ann\n", "LDIF", "as CSV"},
		"a pointer":          {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer to a file in Git LFS", "git lfs pull"},
		"an image":           {"\x89PNG\r\n\x1a\n", "an image", "as CSV"},
		"a program":          {"\x7fELF\x02\x01\x01" + string(make([]byte, 100)), "not text", "as CSV"},
	} {
		_, err := read(test.text)
		require.ErrorContains(t, err, "the file is "+test.is, name)
		assert.ErrorContains(t, err, test.remedy, name)
		assert.ErrorContains(t, err, "nothing was changed", name)
	}
}

func TestAnEmptyFileIsRefused(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "\n\n", "\ufeff", "\ufeff\ufeff \r\n", "\xff\xfe", "sep=;\n", ",,,\n,,,\n"} {
		_, err := read(text)
		assert.ErrorContains(t, err, "the file is empty: it needs a header and rows", "%q", text)
	}
}
