package admin_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/csvfile"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

const userHeader = "external_id,display_name,email\n"

func readUsers(t *testing.T, text string) *admin.UserFile {
	t.Helper()

	file, err := admin.ReadUsers(strings.NewReader(text), csvfile.DefaultLimits())
	require.NoError(t, err, text)

	return file
}

func TestUsersAreReadFromADirectorysExport(t *testing.T) {
	t.Parallel()

	want := []licensing.User{{ExternalID: "ann", DisplayName: "Ann A"}, {ExternalID: "bob", Email: "b@x"}}

	for _, text := range []string{
		"Email,External_ID,Display_Name\n, ann ,Ann  A\nb@x,bob,\n",
		"\ufeffexternal_id;display_name;email\r\nann;Ann A;\r\nbob;;b@x\r\n",
		"sep=\t\nobjectId\tdisplayName\tmail\nann\tAnn A\t\nbob\t\tb@x\n",
		"oid,Full Name,E-Mail Address,department\n\"ann\",\"Ann A\",,\"x,y\"\nbob,,SMTP:b@x,\n,,,\n",
		"external_id,display_name,email\nann,Ann A,\nbob,,Bob <b@x>\nbob,,mailto:b@x\n",
	} {
		assert.Equal(t, want, readUsers(t, text).Users, text)
	}

	assert.Equal(t, "a  b", readUsers(t, userHeader+" a  b\u200b,,\n").Users[0].ExternalID, "ids keep their white space within")
}

func TestUsersWhoseNamesCannotBeSeenAreNotImported(t *testing.T) {
	t.Parallel()

	for row, says := range map[string]string{
		"a\u200bnn,Ann,a@x":                     "external_id: the text has the character U+200B",
		"ann,A\u202enn,a@x":                     "display_name: the text has the character U+202E",
		"ann,Ann,a\u00ad@x":                     "email: the text has the character U+00AD",
		"ann," + strings.Repeat("é", 256) + ",": "display_name: the text has 256 characters, and at most 255 are allowed",
		"ann," + strings.Repeat("𐐷", 201) + ",": "display_name: the text has 804 bytes in UTF-8, and at most 800 are allowed",
		strings.Repeat("x", 3000) + ",Ann,":     "external_id: the text has 3000 characters",
		"ann,Ann," + strings.Repeat("x", 256):   "email: the text has 256 characters",
		",Ann,a@x":                              "external_id: the text is empty",
		"1.23457E+11,Ann,":                      "a spreadsheet has rounded",
		"\"x\ny\",Ann,":                         "external_id: the text has the character U+000A",
		"ann,Ann":                               "2 cells instead of 3",
		"zoe,Another,":                          `external_id "zoe" is on line 2 already, with another name or email: the first counts`,
	} {
		file := readUsers(t, userHeader+"zoe,Zoe,\nyan,Yan,\nxiu,Xiu,\n"+row+"\n")
		assert.Len(t, file.Users, 3, row)
		require.NotEmpty(t, file.Skipped.First, row)
		assert.Equal(t, 5, file.Skipped.First[0].Line, row)
		assert.Contains(t, file.Skipped.First[0].Text, says, row)
	}
}

func TestTheFirstRowOfAUserCounts(t *testing.T) {
	t.Parallel()

	file := readUsers(t, userHeader+"ann,Ann,a@x\nbob,Bob,\nann,Ann,a@x\nann,Anna,\nAnn,Ann,a@x\n")
	assert.Equal(t, []licensing.User{
		{ExternalID: "ann", DisplayName: "Ann", Email: "a@x"},
		{ExternalID: "bob", DisplayName: "Bob"},
		{ExternalID: "Ann", DisplayName: "Ann", Email: "a@x"}, // Ids are compared exactly.
	}, file.Users)
	assert.Equal(t, 5, file.Rows)
	assert.Equal(t, 1, file.Repeated.Count)
	assert.Equal(t, 4, file.Repeated.First[0].Line)
	assert.Equal(t, 1, file.Skipped.Count)
	assert.Equal(t, 5, file.Skipped.First[0].Line)
}

func TestAnEmailThatIsNoAddressIsIgnoredAndReported(t *testing.T) {
	t.Parallel()

	file := readUsers(t, userHeader+"ann,Ann,n/a\nbob,Bob,bob at x\ncem,Cem,c@x\ndan,Dan,@x\n")
	assert.Len(t, file.Users, 4)
	assert.Zero(t, file.Skipped.Count)
	require.Equal(t, 3, file.Emails.Count)
	assert.Equal(t, `line 2: email "n/a" is no address`, file.Emails.First[0].String())
	assert.Empty(t, file.Users[0].Email)
	assert.Equal(t, "c@x", file.Users[2].Email)
}

func TestAUsersFileThatIsBrokenIsRefused(t *testing.T) {
	t.Parallel()

	for text, says := range map[string]string{
		userHeader:                                           "no rows that can be read",
		"name,email\nAnn,a@x\n":                              "lacks external_id",
		"oid,sub,name,mail\n1,2,Ann,a@x\n":                   `external_id ("oid" and "sub") twice`,
		"<html>Sign in</html>":                               "It needs the columns external_id, display_name and email.",
		userHeader + ",No id,\n" + ",No id,\nann,Ann,\n":     "line 3: external_id: the text is empty",
		userHeader + strings.Repeat("ann,x\n", 200) + "a,b,": "--max-skipped",
	} {
		_, err := admin.ReadUsers(strings.NewReader(text), csvfile.DefaultLimits())
		require.ErrorContains(t, err, says, text)
	}
}

func TestAnEmptyCellKeepsTheKnownNameAndEmail(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := t.Context()
		first := readUsers(t, userHeader+"ann,Ann,ann@x\nbob,Bob,bob@x\n")
		changes, err := tenant.Admin.ImportUserFile(ctx, tenant.ID, first, false)
		require.NoError(t, err)
		assert.Equal(t, admin.UserChanges{Added: 2}, changes)

		second := readUsers(t, userHeader+"ann,,\nbob,Robert,\ncem,,cem@x\n")

		dry, err := tenant.Admin.ImportUserFile(ctx, tenant.ID, second, true)
		require.NoError(t, err)
		assert.Equal(t, "Ann ann@x|Bob bob@x|", labels(t, tenant, "ann", "bob", "cem"), "a dry run changes nothing")

		done, err := tenant.Admin.ImportUserFile(ctx, tenant.ID, second, false)
		require.NoError(t, err)
		assert.Equal(t, admin.UserChanges{Added: 1, Changed: 1, Unchanged: 1}, done)
		assert.Equal(t, done, dry, "and says what would change")
		assert.Equal(t, "Ann ann@x|Robert bob@x| cem@x|", labels(t, tenant, "ann", "bob", "cem"))

		found, err := tenant.Data().Users("bob@x").Count(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, found, "one can still search for the email")

		again, err := tenant.Admin.ImportUserFile(ctx, tenant.ID, second, false)
		require.NoError(t, err)
		assert.Equal(t, admin.UserChanges{Unchanged: 3}, again)
	})
}

// labels returns the names and emails of users. Users whom the tenant does not know are left out.
func labels(t *testing.T, tenant *storetest.Tenant, externalIDs ...string) (text string) {
	t.Helper()

	for _, externalID := range externalIDs {
		user, err := tenant.Data().UserByExternalID(t.Context(), externalID)
		if licensing.IsNotFound(err) {
			continue
		}

		require.NoError(t, err)

		text += user.DisplayName + " " + user.Email + "|"
	}

	return text
}

func TestTheLongestTextsCanBeStoredAndFound(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		// Characters in no order cannot be compressed, so that rows of indexes are as large as they can be.
		random := rand.New(rand.NewPCG(1, 2))
		longest := func() string {
			text := make([]rune, 200)
			for i := range text {
				text[i] = rune(0x20000 + random.IntN(0xa000)) // Each takes four bytes.
			}

			return string(text)
		}
		user := licensing.User{ExternalID: longest(), DisplayName: longest(), Email: longest()}
		require.NoError(t, licensing.CheckExternalID(user.ExternalID))

		require.NoError(t, tenant.Admin.ImportUsers(t.Context(), tenant.ID, []licensing.User{user}))

		for _, text := range []string{user.ExternalID, user.DisplayName, user.Email} {
			found, err := tenant.Data().Users(text).Count(t.Context())
			require.NoError(t, err)
			assert.Equal(t, 1, found)
		}
	})
}

// FuzzReadUsers reads any text as a directory's export. Both databases can store what it accepts.
func FuzzReadUsers(f *testing.F) {
	for _, seed := range []string{
		"external_id,display_name,email\nann,Ann,ann@example.com\n", "Email,External_ID,Display_Name\n, ann ,Ann  A\nb@x,bob,\n",
		"external_id,display_name,email\na\x00,b,c\n", "external_id,display_name,email\na,b\x00,c\n", "external_id,display_name,email\nann,,\nann,,\n", "external_id,display_name,email\n\xe9,\xe9,\xe9\n",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		file, err := admin.ReadUsers(strings.NewReader(text), csvfile.DefaultLimits())
		if err != nil {
			return
		}

		seen := make(map[string]bool)

		for _, user := range file.Users {
			require.NoError(t, licensing.CheckExternalID(user.ExternalID))
			require.False(t, seen[user.ExternalID])

			seen[user.ExternalID] = true

			require.NoError(t, licensing.CheckVisible(user.DisplayName+" "+user.Email))
		}
	})
}
