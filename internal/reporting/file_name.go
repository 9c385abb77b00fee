package reporting

import (
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longestTenantName is how many characters of the tenant's name a file name has.
const longestTenantName = 60

// Attachment returns the value of a Content-Disposition header (RFC 6266) for a file of the report. kind says what the
// file lists. The name has the tenant and the days of the report: autoclaim-claims-acme-2026-09-01-to-2026-11-25.csv. It
// has letters, digits and hyphens only, so that every system can store it.
func (r Report) Attachment(kind string) string {
	name := r.fileName(kind, fileNamePart(r.Tenant.Name))
	plain := r.fileName(kind, fileNamePart(withoutMarks(r.Tenant.Name)))

	header := `attachment; filename="` + plain + `"`
	if name != plain {
		header += "; filename*=UTF-8''" + url.PathEscape(name)
	}

	return header
}

func (r Report) fileName(kind, tenant string) string {
	parts := []string{"autoclaim", kind}
	if tenant != "" {
		parts = append(parts, tenant)
	}

	parts = append(parts, r.FirstDay.Format(time.DateOnly), "to", r.LastDay.Format(time.DateOnly))

	return strings.Join(parts, "-") + ".csv"
}

// fileNamePart replaces all but letters and digits by hyphens.
func fileNamePart(text string) string {
	words := strings.FieldsFunc(norm.NFC.String(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c) })
	part := []rune(strings.Join(words, "-"))

	return strings.TrimRight(string(part[:min(len(part), longestTenantName)]), "-")
}

// withoutMarks leaves only ASCII: letters lose their accents, and others become spaces.
func withoutMarks(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c <= unicode.MaxASCII:
			return c
		case unicode.Is(unicode.Mn, c):
			return -1
		default:
			return ' '
		}
	}, norm.NFKD.String(text))
}
