package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// collector collects the codes and names of each product and app.
type collector struct {
	rows        int
	products    map[uuid.UUID]*spellings
	apps        map[uuid.UUID]*spellings
	productApps map[[2]uuid.UUID]int // By product and app: the line where the pair came first.
	skipped     []Note
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
	}
}

// add collects a row. It returns what is wrong with the row, or an empty text.
func (c *collector) add(line int, cells []string) string {
	if empty := slices.Index(cells, ""); empty >= 0 {
		return columnNames()[empty] + " is empty"
	}

	for i, cell := range cells {
		if err := licensing.CheckVisible(cell); err != nil {
			return fmt.Sprintf("%s: %v", columnNames()[i], err)
		}
	}

	var ids [2]uuid.UUID

	for i, column := range []int{columnProductID, columnAppID} {
		id, err := uuid.Parse(cells[column])
		if err != nil {
			return fmt.Sprintf("%s %q is not a UUID", columnNames()[column], cells[column])
		}

		ids[i] = id
	}

	c.rows++

	count(c.products, ids[0], line, cells[columnProductCode], cells[columnProductName])
	count(c.apps, ids[1], line, cells[columnAppCode], cells[columnAppName])

	if first, repeated := c.productApps[ids]; repeated {
		c.skipped = append(c.skipped, Note{Line: line, Text: fmt.Sprintf(
			"%s is in %s: line %d said so already", cells[columnAppCode], cells[columnProductCode], first)})
	} else {
		c.productApps[ids] = line
	}

	return ""
}

func count(objects map[uuid.UUID]*spellings, id uuid.UUID, line int, code, name string) {
	s := objects[id]
	if s == nil {
		s = &spellings{firstLine: line, codes: make(map[string]int), names: make(map[string]int)}
		objects[id] = s
	}

	s.codes[code]++
	s.names[name]++
}

func (c *collector) file() (*File, error) {
	if c.rows == 0 {
		return nil, errors.New("the catalog file has a header but no rows")
	}

	f := &File{Rows: c.rows, Skipped: c.skipped}
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

	slices.SortStableFunc(f.Chosen, func(a, b Note) int { return cmp.Compare(a.Line, b.Line) })

	return f, nil
}

// choose returns the most frequent code and name of an object, and adds a note if there were several.
func (f *File) choose(kind string, id uuid.UUID, s *spellings) (code, name string) {
	pick := func(what string, counts map[string]int) string {
		byRank := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
		})
		if len(byRank) > 1 {
			f.Chosen = append(f.Chosen, Note{Line: s.firstLine, Text: fmt.Sprintf(
				"%s %s: the %s is %q, not %q", kind, id, what, byRank[0], byRank[1:])})
		}

		return byRank[0]
	}

	return pick("code", s.codes), pick("name", s.names)
}
