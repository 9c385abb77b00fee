package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"github.com/autoclaim/autoclaim/internal/catalog"
)

const (
	header = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n"

	p1 = "00000000-0000-0000-0000-0000000000a1"
	p2 = "00000000-0000-0000-0000-0000000000a2"
	a1 = "00000000-0000-0000-0000-0000000000b1"
	a2 = "00000000-0000-0000-0000-0000000000b2"
)

func row(cells ...string) string { return strings.Join(cells, ",") + "\n" }

func read(t *testing.T, text string) *catalog.File {
	t.Helper()

	file, err := catalog.Read(strings.NewReader(text))
	require.NoError(t, err)

	return file
}

func TestEveryEditionOfTheFileIsRead(t *testing.T) {
	t.Parallel()

	plain := header + row("E3 – Café", "E3", p1, "TEAMS1", a1, "Teams")
	want := read(t, plain)
	require.Equal(t, "E3 – Café", want.Products[0].Name)

	windows, err := charmap.Windows1252.NewEncoder().String(plain)
	require.NoError(t, err)

	for name, text := range map[string]string{
		"with a byte-order mark": "\ufeff" + plain,
		"with CRLF":              strings.ReplaceAll(plain, "\n", "\r\n"),
		"in Windows-1252":        windows,
		"with stray white space": header + row(" E3 –\tCafé ", "E3\u00a0", p1+"\t", " TEAMS1", a1, "Teams "),
		"with capital ids":       header + row("E3 – Café", "E3", strings.ToUpper(p1), "TEAMS1", "{"+a1+"}", "Teams"),
		"with quotes":            header + row(`"E3 – Café"`, "E3", p1, "TEAMS1", a1, `"Teams"`),
		"with other columns": "x,guid,string id,service_plan_id,Product_Display_Name,SERVICE_PLAN_NAME," +
			"Service_Plans_Included_Friendly_Names\n" + row("?", p1, "E3", a1, "E3 – Café", "TEAMS1", "Teams"),
		"with blank lines": header + "\n" + row("E3 – Café", "E3", p1, "TEAMS1", a1, "Teams") + "\n\n",
	} {
		assert.Equal(t, want, read(t, text), name)
	}
}

func TestABrokenFileNamesItsLines(t *testing.T) {
	t.Parallel()

	good := row("E3", "E3", p1, "TEAMS1", a1, "Teams")

	for name, test := range map[string]struct {
		text string
		says []string
	}{
		"empty":           {"", []string{"empty"}},
		"a header alone":  {header, []string{"no rows"}},
		"missing columns": {"GUID,String_Id\n", []string{"lacks", "Product_Display_Name", "Service_Plan_Id"}},
		"a bad id":        {header + good + row("E3", "E3", "nope", "TEAMS1", a1, "Teams"), []string{`line 3: GUID "nope" is not a UUID`}},
		"an empty cell":   {header + good + row("E3", "E3", p1, "", a1, "Teams"), []string{"line 3: Service_Plan_Name is empty"}},
		"an invisible character": {
			header + good + row("E3", "E3", p1, "TEAMS1", a1, "Te\u200bams"),
			[]string{"line 3: Service_Plans_Included_Friendly_Names: the text has the character U+200B"},
		},
		"too few cells": {header + "a,b\n", []string{"line 2: 2 cells instead of 6"}},
		"after a newline in quotes": {
			header + row("\"E\n3\"", "E3", p1, "TEAMS1", a1, "Teams") + "a,b\n", []string{"line 4: 2 cells"},
		},
		"an open quote":       {header + good + `"E3,`, []string{"line 3"}},
		"several at once":     {header + "a,b\n" + good + "c,d\n", []string{"line 2", "line 4"}},
		"more than one wants": {header + strings.Repeat("a,b\n", 25), []string{"line 21", "and 5 more"}},
	} {
		file, err := catalog.Read(strings.NewReader(test.text))
		require.Error(t, err, name)
		assert.Nil(t, file, name)

		for _, part := range test.says {
			assert.ErrorContains(t, err, part, name)
		}
	}
}

func TestTheMostFrequentNameWins(t *testing.T) {
	t.Parallel()

	rows := []string{
		row("New name", "E3", p1, "TEAMS1", a1, "Teams"), row("Old name", "E3", p1, "MAIL", a2, "Mail"),
		row("E1", "E1", p2, "TEAMS1", a1, "teams"), row("E1", "E1", p2, "MAIL_OLD", a2, "Mail"),
		row("E1", "E1", p2, "TEAMS1", a1, "teams"),
	}

	for seed := range uint64(20) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })

		file := read(t, header+strings.Join(rows, ""))
		assert.Equal(t, "New name", file.Products[0].Name)
		assert.Equal(t, "teams", file.Apps[0].Name)
		assert.Equal(t, "MAIL", file.Apps[1].Code)
		assert.Len(t, file.Chosen, 3)
		assert.Len(t, file.Skipped, 1)
	}
}

func TestARepeatedProductAppIsSkippedWithItsLine(t *testing.T) {
	t.Parallel()

	same := row("E3", "E3", p1, "TEAMS1", a1, "Teams")
	file := read(t, header+same+row("E3", "E3", p1, "MAIL", a2, "Mail")+same)

	require.Len(t, file.Skipped, 1)
	assert.Equal(t, 4, file.Skipped[0].Line)
	assert.Contains(t, file.Skipped[0].Text, "line 2")
	assert.Equal(t, 2, file.ProductApps())
}

const microsoftTeams = "57ff2da0-773e-42df-b2af-ffb7a2317929"

func withApp(file *catalog.File, app string) (count int) {
	for _, product := range file.Products {
		for _, included := range product.Apps {
			if included.String() == app {
				count++
			}
		}
	}

	return count
}

func TestTheSampleHasProductsWithTeamsAndWithout(t *testing.T) {
	t.Parallel()

	file, err := catalog.Read(catalog.Sample())
	require.NoError(t, err)
	assert.Len(t, file.Products, 11)
	assert.Equal(t, 8, withApp(file, microsoftTeams))
}

// realFile is the vendor's own file. It is not part of this project.
func realFile(t *testing.T) *os.File {
	t.Helper()

	path := os.Getenv("TEST_CATALOG")
	if path == "" {
		path = "../../../shared/data/licensing-service-plans.csv"
	}

	file, err := os.Open(path)
	if err != nil {
		t.Skip("the vendor's file is not here: name it by TEST_CATALOG")
	}

	t.Cleanup(func() { _ = file.Close() })

	return file
}

func TestTheVendorsFileIsReadWhole(t *testing.T) {
	t.Parallel()

	file, err := catalog.Read(realFile(t))
	require.NoError(t, err)
	assert.Equal(t, "5990 rows, 619 products, 791 apps, 5959 product apps, 31 skipped, 67 with Teams",
		fmt.Sprintf("%d rows, %d products, %d apps, %d product apps, %d skipped, %d with Teams", file.Rows,
			len(file.Products), len(file.Apps), file.ProductApps(), len(file.Skipped), withApp(file, microsoftTeams)))
}

func FuzzRead(f *testing.F) {
	f.Add(header + row("E3", "E3", p1, "TEAMS1", a1, "Teams"))
	f.Add("\ufeff" + header + row("E3", "E3", p1, "TEAMS1", a1, "\"Te\nams\""))
	f.Add(header + "a,b\n\xff")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := catalog.Read(strings.NewReader(text))
		if err != nil {
			return
		}

		for _, product := range file.Products {
			require.NotEmpty(t, product.Apps)
			require.NotEmpty(t, product.Name)
		}
	})
}
