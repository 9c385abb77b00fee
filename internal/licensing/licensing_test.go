package licensing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func TestAssigningALicenseNeeds(t *testing.T) {
	t.Parallel()

	user := licensing.User{ID: id()}
	owned := licensing.Pool{ProductID: e3.ID, Total: 1}

	for name, test := range map[string]struct {
		held []licensing.License
		pool licensing.Pool
		off  []licensing.ID
		code licensing.Code
		path []string
	}{
		"a product that is owned": {pool: licensing.Pool{ProductID: e3.ID}, code: licensing.CodeProductNotOwned, path: []string{"productId"}},
		"a user without one":      {held: []licensing.License{license(e3)}, pool: owned, code: licensing.CodeAlreadyLicensed, path: []string{"productId"}},
		"a license that is left":  {pool: licensing.Pool{ProductID: e3.ID, Total: 1, Assigned: 1}, code: licensing.CodeOutOfLicenses, path: []string{"productId"}},
		"apps of the product":     {pool: owned, off: []licensing.ID{mail.ID, id()}, code: licensing.CodeAppNotInProduct, path: []string{"appsOff", "1"}},
	} {
		_, err := licensing.AssignDirect(catalog(), user, test.held, test.pool, test.off, noon)
		requireRefusal(t, err, test.code, test.path...)
		assert.Error(t, err, name)
	}

	given, err := licensing.AssignDirect(catalog(), user, nil, owned, []licensing.ID{mail.ID, mail.ID}, noon)
	require.NoError(t, err)
	assert.Equal(t, licensing.SourceDirect, given.Source)
	assert.Equal(t, []licensing.ID{mail.ID}, given.AppsOff)
	assert.False(t, given.LetsIn(catalog(), mail.ID))
	assert.True(t, given.LetsIn(catalog(), teams.ID))
}

func TestALicenseIsRemovedOnce(t *testing.T) {
	t.Parallel()

	held := license(e3)
	require.NoError(t, held.Remove(noon))
	assert.False(t, held.LetsIn(catalog(), teams.ID))
	requireRefusal(t, held.Remove(noon), licensing.CodeAlreadyRemoved, "licenseId")
}

func TestAnAppIsFoundByItsCodeOrVendorID(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"TEAMS1", "teams1", " TEAMS1 ", teams.VendorID.String(), strings.ToUpper(teams.VendorID.String())} {
		found, err := catalog().FindApp(name)
		require.NoError(t, err, name)
		assert.Equal(t, teams, found)
	}

	_, err := catalog().FindApp("TEAMS2")
	requireRefusal(t, err, licensing.CodeNotFound, "app")
}

func TestACodeOfSeveralAppsMeansTheClaimableOne(t *testing.T) {
	t.Parallel()

	twin := licensing.App{ID: id(), VendorID: uuid.New(), Code: "TEAMS1", Name: "Teams for somebody else"}

	found, err := licensing.NewCatalog(1, []licensing.App{teams, twin}, nil, nil).FindApp("TEAMS1")
	require.NoError(t, err)
	assert.Equal(t, teams, found)

	twin.Claimable = true
	_, err = licensing.NewCatalog(1, []licensing.App{teams, twin}, nil, nil).FindApp("TEAMS1")
	requireRefusal(t, err, licensing.CodeAppAmbiguous, "app")
}

func TestIDsSortByTheTimeTheyWereMadeAt(t *testing.T) {
	t.Parallel()

	seen := make(map[licensing.ID]bool)

	last := licensing.NewID(noon)
	for i := range 1000 {
		next := licensing.NewID(noon.Add(time.Duration(i+1) * time.Microsecond))
		require.Less(t, last.String(), next.String())
		require.False(t, seen[next])
		require.EqualValues(t, 7, next.Version())
		require.Equal(t, uuid.RFC4122, next.Variant())

		seen[next] = true
		last = next
	}
}

func TestAnExternalIDIsWhatAnIdentityProviderWouldSend(t *testing.T) {
	t.Parallel()

	for _, good := range []string{"a", "ann@example.com", strings.Repeat("é", 255)} {
		assert.NoError(t, licensing.CheckExternalID(good))
	}

	for _, bad := range []string{"", " a", "a\n", "a\x00", "a\nb", "a\x1b[31m", "\xff", "a\u200b", "\u202ea", "a\u00ad", "\ufffd", strings.Repeat("é", 256)} {
		requireRefusal(t, licensing.CheckExternalID(bad), licensing.CodeInvalidInput, "user")
	}
}

func TestAPeriodIsWholeDaysAndToday(t *testing.T) {
	t.Parallel()

	assert.Equal(t, time.Date(2025, 12, 10, 0, 0, 0, 0, time.UTC), licensing.DefaultPeriod.Since(noon, time.UTC))
	assert.Equal(t, time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), licensing.Period1Day.Since(noon, time.UTC))
	assert.Equal(t, time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC),
		licensing.Day(time.Date(2026, 3, 9, 23, 30, 0, 0, time.FixedZone("west", -3600))))
}
