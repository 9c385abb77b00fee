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
	"golang.org/x/text/encoding/unicode"

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

	cells := []string{"E3 – Café", "E3", p1, "TEAMS1", a1, "Teams"}
	plain := header + row(cells...)
	want := read(t, plain)
	require.Equal(t, "E3 – Café", want.Products[0].Name)

	windows, err := charmap.Windows1252.NewEncoder().String(plain)
	require.NoError(t, err)

	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	require.NoError(t, err)

	for name, text := range map[string]string{
		"with a byte-order mark":    "\ufeff" + plain,
		"with two byte-order marks": "\ufeff\ufeff" + plain,
		"with CRLF":                 strings.ReplaceAll(plain, "\n", "\r\n"),
		"in Windows-1252":           windows,
		"in UTF-16":                 wide,
		"with semicolons":           strings.ReplaceAll(plain, ",", ";"),
		"with tabs":                 strings.ReplaceAll(plain, ",", "\t"),
		"with a separator line":     "sep=;\n" + strings.ReplaceAll(plain, ",", ";"),
		"with stray white space":    header + row(" E3 –\tCafé ", "E3\u00a0", p1+"\t", " TEAMS1", a1, "Teams "),
		"with capital ids":          header + row("E3 – Café", "E3", strings.ToUpper(p1), "TEAMS1", "{"+a1+"}", "Teams"),
		"with quotes":               header + row(`"E3 – Café"`, "E3", p1, "TEAMS1", a1, `"Teams"`),
		"with other columns": "x,guid,string id,service_plan_id,Product_Display_Name,SERVICE_PLAN_NAME," +
			"Service_Plans_Included_Friendly_Names\n" + row("?", p1, "E3", a1, "E3 – Café", "TEAMS1", "Teams"),
		"with blank lines":      header + "\n" + row(cells...) + "\n\n",
		"with empty columns":    ",," + strings.TrimSpace(header) + ",,\n,," + strings.TrimSpace(row(cells...)) + ",,\n,,,,,,,,,\n",
		"with an old header":    strings.Replace(plain, "String_Id", "String_ Id", 1),
		"with a title":          "Licensing,,\n,,\n" + plain,
		"of the vendor's page":  "Product name,String ID,GUID,Service plan name,Service plan ID,Service plans included (friendly names)\n" + row(cells...),
		"of a program's export": "ProductDisplayName,SkuPartNumber,SkuId,ServicePlanName,ServicePlanId,Service Plan Display Name\n" + row(cells...),
	} {
		assert.Equal(t, want, read(t, text), name)
	}
}

func TestAGUIDIsReadWithWhatSurroundsIt(t *testing.T) {
	t.Parallel()

	const plain = "57ff2da0-773e-42df-b2af-ffb7a2317929"

	for _, cell := range []string{
		"(" + plain, plain + ")", "{" + plain + "}", "[" + plain + "]", strings.ToUpper(plain), "57ff2da0- 773e-42df-b2af-ffb7a2317929",
		"\u00a0" + plain + "\u200b", "57ff2da0-\u200b773e-42df-b2af-ffb7a2317929", "'" + plain + "'", `"""` + plain + `"""`, "“" + plain + "”",
		`"=""` + plain + `"""`, "57ff2da0–773e–42df–b2af–ffb7a2317929", "57ff2da0773e42dfb2afffb7a2317929", "urn:uuid:" + plain, plain + ";", "<" + plain + ">",
	} {
		for _, cells := range [][]string{{"E3", "E3", p1, "TEAMS1", cell, "Teams"}, {"E3", "E3", cell, "TEAMS1", p1, "Teams"}} {
			file := read(t, header+row(cells...))
			assert.ElementsMatch(t, []string{p1, plain}, []string{file.Apps[0].VendorID.String(), file.Products[0].VendorID.String()}, cell)
			assert.Zero(t, file.Skipped.Count)
		}
	}
}

func TestARowThatCannotBeReadIsSkippedWithItsLineAndItsReason(t *testing.T) {
	t.Parallel()

	good := row("E3", "E3", p1, "TEAMS1", a1, "Teams")
	short := "57ff2da0-773e-42df-b2af-ffb7a231792"

	for name, test := range map[string]struct{ row, says string }{
		"a bad product id":   {row("E3", "E3", "nope", "TEAMS1", a1, "Teams"), `GUID: "nope" is not a GUID`},
		"a short app id":     {row("E3", "E3", p1, "TEAMS1", short, "Teams"), `Service_Plan_Id: "` + short + `" is not a GUID`},
		"two ids":            {row("E3", "E3", p1, "TEAMS1", a1+" "+a2, "Teams"), "is not a GUID"},
		"no id":              {row("E3", "E3", "", "TEAMS1", a1, "Teams"), `GUID: "" is not a GUID`},
		"an id of zeros":     {row("E3", "E3", p1, "TEAMS1", "00000000-0000-0000-0000-000000000000", "Teams"), "only zeros"},
		"no name at all":     {row("E3", "E3", p1, "", a1, ""), "Service_Plans_Included_Friendly_Names and Service_Plan_Name are empty"},
		"a hidden character": {row("E3", "E3", p1, "TEAMS1", a1, "Te\u200bams"), "Service_Plans_Included_Friendly_Names: the text has the character U+200B"},
		"a long name":        {row(strings.Repeat("é", 256), "E3", p1, "TEAMS1", a1, "Teams"), "Product_Display_Name: the text has 256 characters"},
		"too few cells":      {"a,b\n", "2 cells instead of 6"},
	} {
		file := read(t, header+good+test.row+row("E3", "E3", p1, "MAIL", a2, "Mail"))
		assert.Equal(t, 3, file.Rows, name)
		assert.Equal(t, 2, file.ProductApps(), name)
		require.Equal(t, 1, file.Skipped.Count, name)
		assert.Equal(t, 3, file.Skipped.First[0].Line, name)
		assert.Contains(t, file.Skipped.First[0].Text, test.says, name)
	}
}

func TestAFileThatIsBrokenIsRefused(t *testing.T) {
	t.Parallel()

	good := row("E3", "E3", p1, "TEAMS1", a1, "Teams")

	for name, test := range map[string]struct {
		text string
		says []string
	}{
		"empty":           {"", []string{"empty"}},
		"a header alone":  {header, []string{"no rows"}},
		"missing columns": {"GUID,String_Id\n", []string{"lacks", "Product_Display_Name", "Service_Plan_Id"}},
		"a web page":      {"<!DOCTYPE html>\n<html></html>\n", []string{"is a web page", "Product names and service plan identifiers"}},
		"most rows wrong": {header + "a,b\n" + good + "c,d\n", []string{"line 2", "line 4", "nothing was changed"}},
		"a tenth wrong":   {header + strings.Repeat("a,b\n", 25) + strings.Repeat(good, 200), []string{"line 21", "and 3 more"}},
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
		assert.Equal(t, 3, file.Chosen.Count)
		assert.Equal(t, 1, file.Repeated.Count)
	}
}

func TestARepeatedProductAppIsSkippedWithItsLine(t *testing.T) {
	t.Parallel()

	same := row("E3", "E3", p1, "TEAMS1", a1, "Teams")
	file := read(t, header+same+row("E3", "E3", p1, "MAIL", a2, "Mail")+same)

	require.Equal(t, 1, file.Repeated.Count)
	assert.Equal(t, 4, file.Repeated.First[0].Line)
	assert.Contains(t, file.Repeated.First[0].Text, "line 2")
	assert.Zero(t, file.Skipped.Count)
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
			len(file.Products), len(file.Apps), file.ProductApps(), file.Repeated.Count, withApp(file, microsoftTeams)))
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
			require.NotEmpty(t, product.Code+product.Name)
		}
	})
}
