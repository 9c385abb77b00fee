package apierror

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// ReadQuery returns the parameters of a URL's query. It refuses a query that is malformed, and a parameter that is given
// twice, that is not UTF-8, or that has none of the names: [url.URL.Query] leaves out what it cannot read, and so would
// answer another question than the one that was asked.
func ReadQuery(rawQuery string, names ...string) (map[string]string, error) {
	parameters := make(map[string]string)

	for part := range strings.SplitSeq(rawQuery, "&") {
		if part == "" && rawQuery == "" {
			break
		}

		rawName, rawValue, _ := strings.Cut(part, "=")

		name, nameErr := url.QueryUnescape(rawName)
		if nameErr != nil || !slices.Contains(names, name) {
			return nil, BadInput("%s: there is no such parameter here. Use %s.", echo(rawName), strings.Join(names, ", "))
		}

		value, err := url.QueryUnescape(rawValue)

		switch _, repeated := parameters[name]; {
		case repeated:
			return nil, BadInput("%s: give this parameter once.", name)
		case err != nil || strings.Contains(rawValue, ";"):
			return nil, BadInput("%s: the parameter is malformed. Percent-encode it.", name)
		case !utf8.ValidString(value):
			return nil, BadInput("%s: the parameter is not UTF-8.", name)
		}

		parameters[name] = value
	}

	return parameters, nil
}

// echo returns the text of a client's parameter as it can be shown: short, and percent-encoded as it was sent.
func echo(rawName string) string {
	printable := strings.Map(func(c rune) rune {
		if c < ' ' {
			return -1
		}

		return c
	}, strings.ToValidUTF8(rawName, ""))

	return Shorten(printable)
}
