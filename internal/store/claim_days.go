package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// ClaimDay identifies a row of the roll-up of claims, which has a row for each day in UTC, policy and product.
type ClaimDay struct {
	Day       string // As 2006-01-02, in UTC.
	PolicyID  licensing.ID
	ProductID licensing.ID
}

func (d ClaimDay) midnight() (time.Time, error) {
	midnight, err := time.Parse(time.DateOnly, d.Day)
	if err != nil {
		return midnight, fmt.Errorf("read a day: %w", err)
	}

	return midnight, nil
}

// DayCount is what a row of the roll-up counts.
type DayCount struct {
	Claims int
	// Quarters has the claims by quarter-hour; see [licensing.Quarter]. Their sum is less than Claims if a program for an
	// older schema stored some of the claims.
	Quarters map[int]int
}

// Complete says whether each claim is counted in its quarter-hour.
func (c DayCount) Complete() bool {
	sum := 0
	for _, claims := range c.Quarters {
		sum += claims
	}

	return sum == c.Claims
}

// CountClaimDays computes the roll-up from the claims.
func (h Handle) CountClaimDays(ctx context.Context) (map[ClaimDay]DayCount, error) {
	counts, err := h.countQuarters(h.from(ctx, &claimRow{}))
	if err != nil {
		return nil, fmt.Errorf("count the claims of each day: %w", err)
	}

	return counts, nil
}

// countQuarters counts the claims that a query of the table finds.
func (h Handle) countQuarters(claims *gorm.DB) (map[ClaimDay]DayCount, error) {
	var rows []struct {
		ClaimDay

		Quarter, N int
	}

	err := claims.Group("1, 2, 3, 4").Select(h.database.DayOfTime("claimed_at") + " AS day, policy_id, product_id, " +
		h.database.QuarterOfTime("claimed_at") + " AS quarter, count(*) AS n").Find(&rows).Error
	if err != nil {
		return nil, err
	}

	counts := make(map[ClaimDay]DayCount, len(rows))

	for _, row := range rows {
		count := counts[row.ClaimDay]
		if count.Quarters == nil {
			count.Quarters = make(map[int]int)
		}

		count.Claims += row.N
		count.Quarters[row.Quarter] = row.N
		counts[row.ClaimDay] = count
	}

	return counts, nil
}

// ClaimDays returns the roll-up as it is stored.
func (h Handle) ClaimDays(ctx context.Context) (map[ClaimDay]DayCount, error) {
	rows, err := h.storedDays(h.from(ctx, &claimDayRow{}), h.database.QuartersText("quarters"))
	if err != nil {
		return nil, err
	}

	counts := make(map[ClaimDay]DayCount, len(rows))

	for _, row := range rows {
		if counts[row.ClaimDay], err = row.count(); err != nil {
			return nil, err
		}
	}

	return counts, nil
}

// storedDay is a row of the roll-up.
type storedDay struct {
	ClaimDay

	Claims       int
	QuartersText string
}

func (d storedDay) count() (DayCount, error) {
	count := DayCount{Claims: d.Claims}
	if err := json.Unmarshal([]byte(d.QuartersText), &count.Quarters); err != nil {
		return count, fmt.Errorf("read the claims by quarter-hour: %w", err)
	}

	return count, nil
}

func (h Handle) storedDays(query *gorm.DB, quarters string) (rows []storedDay, err error) {
	err = query.Select(h.database.DayText("day") + " AS day, policy_id, product_id, claims, " + quarters + " AS quarters_text").
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the claims by day: %w", err)
	}

	return rows, nil
}

// SaveClaimDay sets the counts of a day; 0 claims delete the row. The tenant's pools must be locked; see
// [Tx.LockAllPools].
func (tx *Tx) SaveClaimDay(ctx context.Context, day ClaimDay, count DayCount) error {
	midnight, err := day.midnight()
	if err != nil {
		return err
	}

	err = tx.from(ctx, &claimDayRow{}).Where(tx.database.DayText("day")+" = ?", day.Day).
		Where("policy_id = ? AND product_id = ?", day.PolicyID, day.ProductID).Delete(&claimDayRow{}).Error
	if err != nil {
		return fmt.Errorf("delete the claims of a day: %w", err)
	}

	if count.Claims == 0 {
		return nil
	}

	err = tx.db.WithContext(ctx).Exec(
		"INSERT INTO claim_days (tenant_id, day, policy_id, product_id, claims, quarters) VALUES (?, ?, ?, ?, ?, ?)",
		tx.tenant, midnight, day.PolicyID, day.ProductID, count.Claims, tx.database.Quarters(count.Quarters)).Error
	if err != nil {
		return fmt.Errorf("store the claims of a day: %w", err)
	}

	return nil
}
