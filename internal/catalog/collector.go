package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/csvfile"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// collector collects the codes and names of each product and app.
type collector struct {
	products    map[uuid.UUID]*spellings
	apps        map[uuid.UUID]*spellings
	productApps map[[2]uuid.UUID]int // By product and app: the line where the pair came first.
	repeated    csvfile.Notes

	refused    int                // Rows that add refused.
	incomplete map[uuid.UUID]bool // Products of such rows,
	unknown    bool               // and whether one did not tell its product.
}

// spellings counts the codes and names of one object.
type spellings struct {
	firstLine    int
	codes, names map[string]int
}

func newCollector() *collector {
	return &collector{
		products:    make(map[uuid.UUID]*spellings),
		apps:        make(map[uuid.UUID]*spellings),
		productApps: make(map[[2]uuid.UUID]int),
		incomplete:  make(map[uuid.UUID]bool),
	}
}

// add collects a row. It returns what is wrong with the row, or an empty text.
func (c *collector) add(line int, cells []string) string {
	product, err := parseVendorID(cells[columnProductID])
	if err != nil {
		c.refused++
		c.unknown = true

		return columnName(columnProductID) + ": " + err.Error()
	}

	app, err := parseVendorID(cells[columnAppID])
	problem := checkTexts(cells)

	if err != nil {
		problem = columnName(columnAppID) + ": " + err.Error()
	}

	if problem != "" {
		c.refused++
		c.incomplete[product] = true

		return problem
	}

	count(c.products, product, line, cells[columnProductCode], cells[columnProductName])
	count(c.apps, app, line, cells[columnAppCode], cells[columnAppName])

	pair := [2]uuid.UUID{product, app}
	if first, repeated := c.productApps[pair]; repeated {
		c.repeated.Add(line, fmt.Sprintf("%s is in %s: line %d said so already",
			cmp.Or(cells[columnAppCode], cells[columnAppName]), cmp.Or(cells[columnProductCode], cells[columnProductName]), first))
	} else {
		c.productApps[pair] = line
	}

	return ""
}

// checkTexts returns what is wrong with the names and codes of a row. One of the two may be empty: the other, or what the
// catalog has, stands in for it.
func checkTexts(cells []string) (problem string) {
	for i, cell := range cells {
		if err := licensing.CheckStorable(cell); err != nil && i != columnProductID && i != columnAppID {
			return fmt.Sprintf("%s: %v", columnName(i), err)
		}
	}

	for _, pair := range [][2]int{{columnProductName, columnProductCode}, {columnAppName, columnAppCode}} {
		if cells[pair[0]] == "" && cells[pair[1]] == "" {
			return fmt.Sprintf("%s and %s are empty", columnName(pair[0]), columnName(pair[1]))
		}
	}

	return ""
}

func count(objects map[uuid.UUID]*spellings, id uuid.UUID, line int, code, name string) {
	s := objects[id]
	if s == nil {
		s = &spellings{firstLine: line, codes: make(map[string]int), names: make(map[string]int)}
		objects[id] = s
	}

	if code != "" {
		s.codes[code]++
	}

	if name != "" {
		s.names[name]++
	}
}

func (c *collector) file(report csvfile.Report) (*File, error) {
	if len(c.productApps) == 0 {
		return nil, errors.New("the catalog file has a header but no rows that can be read")
	}

	f := &File{
		Rows: report.Rows, Repeated: c.repeated, Skipped: report.Skipped,
		incomplete: c.incomplete, allIncomplete: c.unknown || report.Skipped.Count > c.refused,
	}
	appsOf := make(map[uuid.UUID][]uuid.UUID)

	for pair := range c.productApps {
		appsOf[pair[0]] = append(appsOf[pair[0]], pair[1])
	}

	for _, id := range slices.SortedFunc(maps.Keys(c.products), licensing.CompareIDs) {
		code, name := f.choose("product", id, c.products[id])
		slices.SortFunc(appsOf[id], licensing.CompareIDs)

		f.Products = append(f.Products, Product{VendorID: id, Code: code, Name: name, Apps: appsOf[id]})
	}

	for _, id := range slices.SortedFunc(maps.Keys(c.apps), licensing.CompareIDs) {
		code, name := f.choose("app", id, c.apps[id])
		f.Apps = append(f.Apps, App{VendorID: id, Code: code, Name: name})
	}

	slices.SortStableFunc(f.Chosen.First, func(a, b csvfile.Note) int { return cmp.Compare(a.Line, b.Line) })

	return f, nil
}

// choose returns the most frequent code and name of an object, and adds a note if there were several.
func (f *File) choose(kind string, id uuid.UUID, s *spellings) (code, name string) {
	pick := func(what string, counts map[string]int) string {
		byRank := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
		})

		switch len(byRank) {
		case 0:
			return ""
		case 1:
		default:
			f.Chosen.Add(s.firstLine, fmt.Sprintf("%s %s: the %s is %q, not %q", kind, id, what, byRank[0], byRank[1:]))
		}

		return byRank[0]
	}

	return pick("code", s.codes), pick("name", s.names)
}
