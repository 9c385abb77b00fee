package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ClaimTotal is the number of claims of one product under one policy on one day.
type ClaimTotal struct {
	// Day is the midnight in UTC at which the day begins.
	Day       time.Time
	PolicyID  licensing.ID
	ProductID licensing.ID
	Claims    int
}

// ClaimTotals returns the numbers of claims that [Handle.Claims] lists if Text is empty, by day, policy and product,
// latest day first. It reads the daily roll-up, so its cost does not grow with the number of claims, and the period
// must begin at a midnight in UTC.
func (h Handle) ClaimTotals(ctx context.Context, filter ReportFilter) ([]ClaimTotal, error) {
	var totals []ClaimTotal

	days := h.from(ctx, &claimDayRow{}).Where("day >= ?", licensing.Day(filter.Since))
	days = whereEqual(days, "policy_id", filter.PolicyID).Order("day DESC, policy_id, product_id")

	if err := days.Select("day, policy_id, product_id, claims").Find(&totals).Error; err != nil {
		return nil, fmt.Errorf("read the claims by day: %w", err)
	}

	for i := range totals {
		totals[i].Day = licensing.Day(totals[i].Day)
	}

	return totals, nil
}

// ClaimDay identifies a row of the daily roll-up of claims.
type ClaimDay struct {
	Day       string // As 2006-01-02, in UTC.
	PolicyID  licensing.ID
	ProductID licensing.ID
}

// CountClaimDays computes the roll-up from the claims.
func (h Handle) CountClaimDays(ctx context.Context) (map[ClaimDay]int, error) {
	counts, err := claimDays(h.from(ctx, &claimRow{}).Group("1, 2, 3").
		Select(h.database.DayOfTime("claimed_at") + " AS day, policy_id, product_id, count(*) AS n"))
	if err != nil {
		return nil, fmt.Errorf("count the claims of each day: %w", err)
	}

	return counts, nil
}

// ClaimDays returns the roll-up as it is stored.
func (h Handle) ClaimDays(ctx context.Context) (map[ClaimDay]int, error) {
	stored, err := claimDays(h.from(ctx, &claimDayRow{}).
		Select(h.database.DayText("day") + " AS day, policy_id, product_id, claims AS n"))
	if err != nil {
		return nil, fmt.Errorf("read the claims by day: %w", err)
	}

	return stored, nil
}

func claimDays(query *gorm.DB) (map[ClaimDay]int, error) {
	var rows []struct {
		ClaimDay

		N int
	}

	if err := query.Find(&rows).Error; err != nil {
		return nil, err
	}

	counts := make(map[ClaimDay]int, len(rows))
	for _, row := range rows {
		counts[row.ClaimDay] = row.N
	}

	return counts, nil
}

// SaveClaimDay sets the number of claims of a day; 0 deletes the row. The tenant's pools must be locked; see
// [Tx.LockAllPools].
func (tx *Tx) SaveClaimDay(ctx context.Context, day ClaimDay, claims int) error {
	midnight, err := time.Parse(time.DateOnly, day.Day)
	if err != nil {
		return fmt.Errorf("read a day: %w", err)
	}

	err = tx.from(ctx, &claimDayRow{}).Where(tx.database.DayText("day")+" = ?", day.Day).
		Where("policy_id = ? AND product_id = ?", day.PolicyID, day.ProductID).Delete(&claimDayRow{}).Error
	if err != nil {
		return fmt.Errorf("delete the claims of a day: %w", err)
	}

	if claims == 0 {
		return nil
	}

	return insert(ctx, tx, claimDayRow{
		TenantID: tx.tenant, Day: midnight, PolicyID: day.PolicyID, ProductID: day.ProductID, Claims: claims,
	})
}
