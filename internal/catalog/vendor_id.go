package catalog

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// parseVendorID reads a GUID. It ignores what vendors' files and spreadsheets leave around and within one: white space,
// invisible characters, brackets and quotes. Letters may be capitals, and the hyphens may be missing or other dashes.
func parseVendorID(cell string) (uuid.UUID, error) {
	const digits, hyphens = 32, 4

	text := strings.Map(func(c rune) rune {
		switch {
		case unicode.In(c, unicode.Pd) || c == '\u2212': // Dashes, and the minus sign.
			return '-'
		case unicode.IsSpace(c), unicode.IsControl(c), unicode.In(c, unicode.Cf, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf),
			strings.ContainsRune("\"'`´<>=,;.:*", c):
			return -1
		default:
			return c
		}
	}, cell)

	// Without its colons, as the map leaves it.
	const urn = "urnuuid"
	if len(text) > len(urn) && strings.EqualFold(text[:len(urn)], urn) {
		text = text[len(urn):]
	}

	id, err := uuid.Parse(text)
	if err != nil || len(text) != digits && len(text) != digits+hyphens {
		return uuid.Nil, fmt.Errorf("%.60q is not a GUID", cell)
	}

	if id == uuid.Nil {
		return uuid.Nil, errors.New("the GUID has only zeros")
	}

	return id, nil
}
