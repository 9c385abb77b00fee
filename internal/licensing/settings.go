package licensing

import "time"

// ExternalIDMatching says which external ids of users are of one user.
type ExternalIDMatching string

// The ways of comparing external ids.
const (
	// MatchExact compares external ids exactly.
	MatchExact ExternalIDMatching = "EXACT"
	// MatchFolded ignores differences of case and of Unicode normal form.
	MatchFolded ExternalIDMatching = "FOLDED"
)

// ExternalIDMatchings returns all ways of comparing external ids.
func ExternalIDMatchings() []ExternalIDMatching { return []ExternalIDMatching{MatchExact, MatchFolded} }

// Key returns a text that is equal for external ids of one user, and for no others.
func (m ExternalIDMatching) Key(externalID string) string {
	if m == MatchFolded {
		return Fold(externalID)
	}

	return externalID
}

// Settings are what an admin can set for the whole tenant. Audit events show them as JSON.
type Settings struct {
	AutoClaimEnabled bool `json:"autoClaimEnabled"`
	// TimeZone is the IANA name of a time zone, such as "Europe/Berlin".
	TimeZone           string             `json:"timeZone"`
	ExternalIDMatching ExternalIDMatching `json:"externalIdMatching"`
}

// SettingsUpdate is what to change of the settings. A nil field stays as it is.
type SettingsUpdate struct {
	TimeZone           *string
	ExternalIDMatching *ExternalIDMatching
}

// Update returns the settings after an update. It refuses an unknown time zone.
func (s Settings) Update(update SettingsUpdate) (Settings, error) {
	if update.TimeZone != nil {
		if err := checkTimeZone(*update.TimeZone); err != nil {
			return s, err
		}

		s.TimeZone = *update.TimeZone
	}

	if update.ExternalIDMatching != nil {
		s.ExternalIDMatching = *update.ExternalIDMatching
	}

	return s, nil
}

// checkTimeZone refuses a text that is not the name of a time zone.
func checkTimeZone(name string) error {
	// For Go, these mean UTC and the zone of the server.
	unnamed := name == "" || name == "Local"

	if _, err := time.LoadLocation(name); err != nil || unnamed {
		return Refuse(CodeInvalidInput, "timeZone",
			"This is no time zone. Give a name of the IANA time zone database, such as Europe/Berlin or UTC.")
	}

	return nil
}
