package upkeep

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

// repairActor is the actor of a repair's audit events.
const repairActor = "autoclaim check --repair"

// Correction is a counter that was set to what its rows say.
type Correction struct {
	// Tenant is the tenant's name.
	Tenant string
	// Object names the counter.
	Object  string
	Was, Is int
}

// Repair recounts the counters of tenants that have a wrong one: those of license pools and of days. It computes
// each counter from the rows that it counts. Whatever else breaks a rule stays as it is. Servers may keep running: the
// tenant's claims wait while its counters are recounted. It records an audit event for each pool and each
// day that it corrects. If it fails, it returns the corrections that it has committed.
//
// It also counts quarter-hours that programs for an older schema have not counted. These are no corrections.
func Repair(ctx context.Context, db *store.Store, at time.Time) ([]Correction, error) {
	violations, err := Check(ctx, db)
	if err != nil {
		return nil, err
	}

	names := make(map[licensing.ID]string)

	for _, v := range violations {
		if v.Recountable {
			names[v.TenantID] = v.Tenant
		}
	}

	if err := addIncomplete(ctx, db, names); err != nil {
		return nil, err
	}

	var all []Correction

	for _, tenant := range slices.SortedFunc(maps.Keys(names), licensing.CompareIDs) {
		var corrections []Correction

		err := db.InTx(ctx, tenant, func(tx *store.Tx) (err error) {
			corrections, err = recount(ctx, tx, licensing.Instant(at))

			return err
		})
		if err != nil {
			return all, fmt.Errorf("repair the counters of tenant %q: %w", names[tenant], err)
		}

		for _, correction := range corrections {
			correction.Tenant = names[tenant]
			all = append(all, correction)
		}
	}

	return all, nil
}

// addIncomplete adds the tenants that have days whose claims are not all counted by quarter-hour.
func addIncomplete(ctx context.Context, db *store.Store, names map[licensing.ID]string) error {
	return db.InSnapshot(ctx, func(snapshot store.Snapshot) error {
		var found []struct {
			ID   licensing.ID
			Name string
		}

		err := snapshot.Query(&found, `
SELECT DISTINCT t.id, t.name FROM claim_days d JOIN tenants t ON t.id = d.tenant_id
LEFT JOIN (
	SELECT tenant_id, day, policy_id, product_id, sum(claims) AS n FROM (`+snapshot.StoredQuarters()+`) s
	GROUP BY tenant_id, day, policy_id, product_id
) q ON q.tenant_id = d.tenant_id AND q.day = `+snapshot.DayText("d.day")+`
	AND q.policy_id = d.policy_id AND q.product_id = d.product_id
WHERE d.claims > coalesce(q.n, 0)`)
		if err != nil {
			return fmt.Errorf("find days that are not counted by quarter-hour: %w", err)
		}

		for _, tenant := range found {
			names[tenant.ID] = tenant.Name
		}

		return nil
	})
}

// recount corrects all counters of the tenant, while the locks of its pools keep them from changing.
func recount(ctx context.Context, tx *store.Tx, at time.Time) ([]Correction, error) {
	stored, err := tx.LockAllPools(ctx)
	if err != nil {
		return nil, err
	}

	pools, err := recountPools(ctx, tx, stored, at)
	if err != nil {
		return nil, err
	}

	days, err := recountDays(ctx, tx, at)

	return append(pools, days...), err
}

func recountPools(
	ctx context.Context, tx *store.Tx, stored map[licensing.ID]licensing.Pool, at time.Time,
) ([]Correction, error) {
	counted, err := tx.CountPools(ctx)
	if err != nil {
		return nil, err
	}

	var corrections []Correction

	for _, product := range slices.SortedFunc(maps.Keys(stored), licensing.CompareIDs) {
		was, is := stored[product], counted[product]
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
				corrections = append(corrections, Correction{
					Object: counter.name + " of the pool of product " + product.String(), Was: counter.was, Is: counter.is,
				})
			}
		}

		counters := func(pool licensing.Pool) map[string]any {
			return map[string]any{"total": pool.Total, "assigned": pool.Assigned}
		}
		if err := recordRepair(ctx, tx, at, licensing.KindProduct, product, counters(was), counters(is)); err != nil {
			return nil, err
		}
	}

	return corrections, nil
}

func recountDays(ctx context.Context, tx *store.Tx, at time.Time) ([]Correction, error) {
	counted, err := tx.CountClaimDays(ctx)
	if err != nil {
		return nil, err
	}

	stored, err := tx.ClaimDays(ctx)
	if err != nil {
		return nil, err
	}

	days := maps.Clone(stored)
	maps.Copy(days, counted)

	var corrections []Correction

	for _, day := range slices.SortedFunc(maps.Keys(days), compareDays) {
		was, is := stored[day], counted[day]
		if was.Claims == is.Claims && maps.Equal(was.Quarters, is.Quarters) {
			continue
		}

		if err := tx.SaveClaimDay(ctx, day, is); err != nil {
			return nil, err
		}

		if !wrong(was, is) {
			continue
		}

		corrections = append(corrections, Correction{
			Object: fmt.Sprintf("claims of %s, policy %s, product %s", day.Day, day.PolicyID, day.ProductID),
			Was:    was.Claims, Is: is.Claims,
		})

		counter := func(count store.DayCount) map[string]any {
			return map[string]any{
				"day": day.Day, "productId": day.ProductID, "claims": count.Claims, "claimsByQuarterHour": count.Quarters,
			}
		}
		if err := recordRepair(ctx, tx, at, licensing.KindPolicy, day.PolicyID, counter(was), counter(is)); err != nil {
			return nil, err
		}
	}

	return corrections, nil
}

// wrong says whether the roll-up of a day counts what is not there. Quarter-hours that are not counted yet are not wrong.
func wrong(was, is store.DayCount) bool {
	for quarter, claims := range was.Quarters {
		if claims > is.Quarters[quarter] {
			return true
		}
	}

	return was.Claims != is.Claims
}

func compareDays(a, b store.ClaimDay) int {
	return cmp.Or(strings.Compare(a.Day, b.Day), licensing.CompareIDs(a.PolicyID, b.PolicyID),
		licensing.CompareIDs(a.ProductID, b.ProductID))
}

func recordRepair(
	ctx context.Context, tx *store.Tx, at time.Time, kind licensing.Kind, id licensing.ID, before, after map[string]any,
) error {
	return recordAudit(ctx, tx, licensing.AuditEvent{
		At: at, Actor: repairActor, Action: "repairCounters", ObjectKind: kind, ObjectID: id, RequestID: "repair",
	}, before, after)
}

// recordAudit records an event of what an operator did, with the object before and after.
func recordAudit(ctx context.Context, tx *store.Tx, event licensing.AuditEvent, before, after map[string]any) error {
	event.ID = licensing.NewID(event.At)
	// Marshaling cannot fail: numbers, texts and ids always have a JSON form.
	event.Before, _ = json.Marshal(before)
	event.After, _ = json.Marshal(after)

	return tx.RecordAudit(ctx, event)
}
