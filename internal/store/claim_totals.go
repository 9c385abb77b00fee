package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ClaimTotal is the number of claims of one product under one policy on one day.
type ClaimTotal struct {
	// Day is the day in the filter's zone; see [licensing.DayIn].
	Day       time.Time
	PolicyID  licensing.ID
	ProductID licensing.ID
	Claims    int
}

// ClaimTotals returns the numbers of claims that [Handle.Claims] lists if Text is empty, by day, policy and product,
// latest day first. It reads the roll-up, so its cost does not grow with the number of claims, except for days of which
// a program for an older schema stored claims: it counts the claims of those. Since must be the start of a day in the zone.
func (h Handle) ClaimTotals(ctx context.Context, filter ReportFilter) ([]ClaimTotal, error) {
	sum := claimSum{
		since: filter.Since, zone: filter.Zone, totals: make(map[ClaimDay]int), parts: make(map[string][]dayPart),
	}
	if sum.zone == nil {
		sum.zone = time.UTC
	}

	// In UTC, a row is a day.
	quarters := "'{}'"
	if sum.zone != time.UTC {
		quarters = h.database.QuartersText("quarters")
	}

	days := whereEqual(h.from(ctx, &claimDayRow{}).Where("day >= ?", licensing.Day(filter.Since)), "policy_id", filter.PolicyID)

	rows, err := h.storedDays(days, quarters)
	if err != nil {
		return nil, err
	}

	incomplete := make(map[ClaimDay]bool)

	for _, row := range rows {
		if complete, err := sum.addRow(row); err != nil {
			return nil, err
		} else if !complete {
			incomplete[row.ClaimDay] = true
		}
	}

	if err := h.addIncomplete(ctx, &sum, filter.PolicyID, incomplete); err != nil {
		return nil, err
	}

	return sum.sorted()
}

// claimSum sums claims by the days of a zone.
type claimSum struct {
	since  time.Time
	zone   *time.Location
	totals map[ClaimDay]int // Their days are days in the zone.
	parts  map[string][]dayPart
}

// dayPart is a run of quarter-hours of a day in UTC that belong to the same day of the zone.
type dayPart struct {
	first int       // The first quarter-hour; see [licensing.Quarter].
	day   time.Time // The day in the zone. It is zero before the period.
}

// partsOf returns the parts of a row's day.
func (s *claimSum) partsOf(row ClaimDay) ([]dayPart, error) {
	if parts, known := s.parts[row.Day]; known {
		return parts, nil
	}

	midnight, err := row.midnight()
	if err != nil {
		return nil, err
	}

	var parts []dayPart

	for quarter := 1; quarter <= licensing.QuartersOfDay; quarter++ {
		var day time.Time
		if at := licensing.QuarterStart(midnight, quarter); !at.Before(s.since) {
			day = licensing.DayIn(at, s.zone)
		}

		if len(parts) == 0 || !parts[len(parts)-1].day.Equal(day) {
			parts = append(parts, dayPart{first: quarter, day: day})
		}
	}

	s.parts[row.Day] = parts

	return parts, nil
}

// addRow adds a row of the roll-up. It adds nothing if that takes the quarter-hours and these are not complete.
func (s *claimSum) addRow(row storedDay) (complete bool, err error) {
	parts, err := s.partsOf(row.ClaimDay)
	if err != nil {
		return false, err
	}

	if len(parts) == 1 {
		s.add(parts[0], row.ClaimDay, row.Claims)

		return true, nil
	}

	count, err := row.count()
	if err != nil || !count.Complete() {
		return false, err
	}

	return true, s.addQuarters(row.ClaimDay, count)
}

func (s *claimSum) addQuarters(row ClaimDay, count DayCount) error {
	parts, err := s.partsOf(row)
	if err != nil {
		return err
	}

	sums := make([]int, len(parts))

	for quarter, claims := range count.Quarters {
		part := len(parts) - 1
		for part > 0 && parts[part].first > quarter {
			part--
		}

		sums[part] += claims
	}

	for i, sum := range sums {
		s.add(parts[i], row, sum)
	}

	return nil
}

func (s *claimSum) add(part dayPart, row ClaimDay, claims int) {
	if claims > 0 && !part.day.IsZero() {
		row.Day = part.day.Format(time.DateOnly)
		s.totals[row] += claims
	}
}

// sorted returns the totals, latest day first.
func (s *claimSum) sorted() ([]ClaimTotal, error) {
	totals := make([]ClaimTotal, 0, len(s.totals))

	for key, claims := range s.totals {
		day, err := key.midnight()
		if err != nil {
			return nil, err
		}

		totals = append(totals, ClaimTotal{Day: day, PolicyID: key.PolicyID, ProductID: key.ProductID, Claims: claims})
	}

	slices.SortFunc(totals, func(a, b ClaimTotal) int {
		return cmp.Or(b.Day.Compare(a.Day), licensing.CompareIDs(a.PolicyID, b.PolicyID), licensing.CompareIDs(a.ProductID, b.ProductID))
	})

	return totals, nil
}

// addIncomplete adds rows of the roll-up whose quarter-hours are not complete. It counts the claims of their days, with
// one query for all days that follow each other.
func (h Handle) addIncomplete(ctx context.Context, sum *claimSum, policy *licensing.ID, incomplete map[ClaimDay]bool) error {
	var days []time.Time

	for key := range incomplete {
		midnight, err := key.midnight()
		if err != nil {
			return err
		}

		days = append(days, midnight)
	}

	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)

	for len(days) > 0 {
		from, to := days[0], days[0].AddDate(0, 0, 1)
		for days = days[1:]; len(days) > 0 && days[0].Equal(to); days = days[1:] {
			to = to.AddDate(0, 0, 1)
		}

		claims := h.from(ctx, &claimRow{}).Where("claimed_at >= ? AND claimed_at < ?", from, to)

		counts, err := h.countQuarters(whereEqual(claims, "policy_id", policy))
		if err != nil {
			return fmt.Errorf("count the claims of days that are not rolled up: %w", err)
		}

		for key, count := range counts {
			if !incomplete[key] {
				continue
			}

			if err := sum.addQuarters(key, count); err != nil {
				return err
			}
		}
	}

	return nil
}
