package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// repairActor is who the audit says has repaired a counter.
const repairActor = "autoclaim check --repair"

// Repair is a counter that was set to what its rows say.
type Repair struct {
	Tenant string
	// Object names the counter, as [Violation] does.
	Object  string
	Was, Is int
}

// Repair recounts the counters of tenants that have a wrong one: those of license pools and of days. What they
// count is all there, so nothing is guessed; whatever else breaks a rule stays as it is. It works beside servers:
// the tenant's claims wait while its counters are recounted. The audit has an event for each repair.
func (s *Store) Repair(ctx context.Context, at time.Time) ([]Repair, error) {
	violations, err := s.Check(ctx)
	if err != nil {
		return nil, err
	}

	wrong := make(map[licensing.ID]string)

	for _, v := range violations {
		if v.Recountable {
			wrong[v.TenantID] = v.Tenant
		}
	}

	var repairs []Repair

	for _, tenant := range slices.SortedFunc(maps.Keys(wrong), licensing.CompareIDs) {
		var repaired []Repair

		err := s.InTx(ctx, tenant, func(tx *Tx) (err error) {
			repaired, err = tx.recount(ctx, licensing.Instant(at))

			return err
		})
		if err != nil {
			return repairs, fmt.Errorf("repair the counters of tenant %q: %w", wrong[tenant], err)
		}

		for _, repair := range repaired {
			repair.Tenant = wrong[tenant]
			repairs = append(repairs, repair)
		}
	}

	return repairs, nil
}

// recount holds the locks of all the tenant's pools, which whoever changes a counter takes: what it counts is
// committed, and nobody else counts until it is done.
func (tx *Tx) recount(ctx context.Context, at time.Time) ([]Repair, error) {
	pools, err := pools(tx.locking(ctx, &poolRow{}).Order("product_id"))
	if err != nil {
		return nil, err
	}

	repairs, err := tx.recountPools(ctx, pools, at)
	if err != nil {
		return nil, err
	}

	days, err := tx.recountDays(ctx, at)

	return append(repairs, days...), err
}

func (tx *Tx) recountPools(ctx context.Context, pools map[licensing.ID]licensing.Pool, at time.Time) ([]Repair, error) {
	type counted struct {
		ProductID licensing.ID
		N         int
	}

	var assigned, totals []counted

	err := tx.from(ctx, &licenseRow{}).Where("removed_at IS NULL").Group("product_id").
		Select("product_id, count(*) AS n").Scan(&assigned).Error
	if err != nil {
		return nil, fmt.Errorf("count the active licenses: %w", err)
	}

	err = tx.from(ctx, &subscriptionRow{}).Where("status IN ?", countingStatuses()).Group("product_id").
		Select("product_id, sum(quantity) AS n").Scan(&totals).Error
	if err != nil {
		return nil, fmt.Errorf("add up the subscriptions: %w", err)
	}

	right := make(map[licensing.ID]licensing.Pool, len(pools))
	for product := range pools {
		right[product] = licensing.Pool{ProductID: product}
	}

	for _, c := range assigned {
		pool := right[c.ProductID]
		pool.Assigned = c.N
		right[c.ProductID] = pool
	}

	for _, c := range totals {
		pool := right[c.ProductID]
		pool.Total = c.N
		right[c.ProductID] = pool
	}

	var repairs []Repair

	for _, product := range slices.SortedFunc(maps.Keys(pools), licensing.CompareIDs) {
		was, is := pools[product], right[product]
		if was.Total == is.Total && was.Assigned == is.Assigned {
			continue
		}

		if err := tx.AddToPool(ctx, product, is.Total-was.Total, is.Assigned-was.Assigned); err != nil {
			return nil, err
		}

		for _, counter := range []struct {
			name    string
			was, is int
		}{{"total", was.Total, is.Total}, {"assigned", was.Assigned, is.Assigned}} {
			if counter.was != counter.is {
				repairs = append(repairs, Repair{
					Object: counter.name + " of the pool of product " + product.String(), Was: counter.was, Is: counter.is,
				})
			}
		}

		err := tx.auditRepair(ctx, at, licensing.KindProduct, product,
			map[string]any{"total": was.Total, "assigned": was.Assigned}, map[string]any{"total": is.Total, "assigned": is.Assigned})
		if err != nil {
			return nil, err
		}
	}

	return repairs, nil
}

// dayCounter is a counter of claims.
type dayCounter struct {
	Day       string // As 2006-01-02.
	PolicyID  licensing.ID
	ProductID licensing.ID
}

func (tx *Tx) recountDays(ctx context.Context, at time.Time) ([]Repair, error) {
	var claims, kept []struct {
		Day                 string
		PolicyID, ProductID licensing.ID
		N                   int
	}

	err := tx.from(ctx, &claimRow{}).Group("1, 2, 3").
		Select(tx.dialect.dayOf("claimed_at") + " AS day, policy_id, product_id, count(*) AS n").Scan(&claims).Error
	if err != nil {
		return nil, fmt.Errorf("count the claims of each day: %w", err)
	}

	err = tx.from(ctx, &claimDayRow{}).
		Select(tx.dialect.dayText("day") + " AS day, policy_id, product_id, claims AS n").Scan(&kept).Error
	if err != nil {
		return nil, fmt.Errorf("read the claims by day: %w", err)
	}

	was, is, all := make(map[dayCounter]int), make(map[dayCounter]int), make(map[dayCounter]bool)

	for _, c := range kept {
		counter := dayCounter{c.Day, c.PolicyID, c.ProductID}
		was[counter], all[counter] = c.N, true
	}

	for _, c := range claims {
		counter := dayCounter{c.Day, c.PolicyID, c.ProductID}
		is[counter], all[counter] = c.N, true
	}

	var repairs []Repair

	for _, counter := range slices.SortedFunc(maps.Keys(all), func(a, b dayCounter) int {
		return strings.Compare(a.Day+a.PolicyID.String()+a.ProductID.String(), b.Day+b.PolicyID.String()+b.ProductID.String())
	}) {
		if was[counter] == is[counter] {
			continue
		}

		if err := tx.setDay(ctx, counter, is[counter]); err != nil {
			return nil, err
		}

		repairs = append(repairs, Repair{Object: counter.String(), Was: was[counter], Is: is[counter]})

		side := func(claims int) map[string]any {
			return map[string]any{"day": counter.Day, "productId": counter.ProductID, "claims": claims}
		}
		if err := tx.auditRepair(ctx, at, licensing.KindPolicy, counter.PolicyID, side(was[counter]), side(is[counter])); err != nil {
			return nil, err
		}
	}

	return repairs, nil
}

// String names the counter.
func (c dayCounter) String() string {
	return fmt.Sprintf("claims of %s, policy %s, product %s", c.Day, c.PolicyID, c.ProductID)
}

// setDay writes a day's counter; there is none for a day without claims.
func (tx *Tx) setDay(ctx context.Context, counter dayCounter, claims int) error {
	day, err := time.Parse(time.DateOnly, counter.Day)
	if err != nil {
		return fmt.Errorf("read a day: %w", err)
	}

	err = tx.from(ctx, &claimDayRow{}).Where(tx.dialect.dayText("day")+" = ?", counter.Day).
		Where("policy_id = ? AND product_id = ?", counter.PolicyID, counter.ProductID).Delete(&claimDayRow{}).Error
	if err != nil {
		return fmt.Errorf("delete the claims of a day: %w", err)
	}

	if claims == 0 {
		return nil
	}

	return insert(ctx, tx, claimDayRow{
		TenantID: tx.tenant, Day: day, PolicyID: counter.PolicyID, ProductID: counter.ProductID, Claims: claims,
	})
}

func (tx *Tx) auditRepair(
	ctx context.Context, at time.Time, kind licensing.Kind, id licensing.ID, before, after map[string]any,
) error {
	// Numbers and ids always have a JSON form.
	was, _ := json.Marshal(before)
	is, _ := json.Marshal(after)

	return tx.RecordAudit(ctx, licensing.AuditEvent{
		ID: licensing.NewID(at), At: at, Actor: repairActor, Action: "repairCounters",
		ObjectKind: kind, ObjectID: id, Before: was, After: is, RequestID: "repair",
	})
}
