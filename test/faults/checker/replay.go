package checker

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// setUp is the request id of changes that the server makes when it creates the demo tenant.
const setUp = "demo"

// replayConfiguration runs first, because a claim may use the policy of any time since its call began.
func (c *checker) replayConfiguration() {
	for number, transaction := range c.db.Transactions {
		for _, row := range transaction.Audit {
			next := c.config.last()

			switch row.Kind {
			case "tenant":
				var settings struct {
					Enabled bool `json:"autoClaimEnabled"`
				}

				c.read(row, &settings)
				next.enabled = settings.Enabled
			case "policy":
				var policy history.Policy

				c.read(row, &policy)
				c.policies[policy.ID] = policy

				if other := next.policy.ID; other != "" && other != policy.ID && policy.DeletedAt == nil {
					c.fail(WrongState, "policy %s was created while policy %s existed", policy.ID, other)
				}

				next.policy = policy
				if policy.DeletedAt != nil {
					next.policy = history.Policy{}
				}
			default:
				continue
			}

			c.config.add(moment{number, transaction.At}, c.auditVisibleBy(row, transaction.At), next)
		}
	}
}

func (c *checker) read(row history.AuditRow, into any) {
	if err := json.Unmarshal(row.After, into); err != nil {
		c.fail(WrongState, "audit event %s cannot be parsed: %v", row.ID, err)
	}
}

func (c *checker) replay(by moment, transaction history.Transaction) {
	for _, row := range transaction.Audit {
		c.replayAudit(by, row)
	}

	if len(transaction.Claims) > 0 {
		c.replayClaims(by, transaction.Claims)
	}
}

func (c *checker) replayAudit(by moment, row history.AuditRow) {
	call := c.byID[row.Request]

	switch {
	case row.Request == setUp:
	case call == nil || call.Operation != row.Action:
		c.fail(Unexplained, "no call requested %s of %s %s", row.Action, row.Kind, row.Object)
	case call.Answered && call.Refused != "":
		c.fail(WrongAnswer, "%s was refused (%s), but it changed %s %s", call.ID, call.Refused, row.Kind, row.Object)
	case !inTime(call, by.at):
		c.fail(WrongAnswer, "%s changed %s %s at %v, outside its call (%v to %v)", call.ID, row.Kind, row.Object, by.at, call.Begin, call.End)
	}

	c.changed[row.Request] = true

	switch row.Kind {
	case "license":
		var changed history.License

		c.read(row, &changed)
		c.replayLicense(by, c.auditVisibleBy(row, by.at), changed)
	case "subscription":
		c.replaySubscription(by, c.auditVisibleBy(row, by.at), row)
	case "user":
		var changed struct {
			BlockedAt *time.Time `json:"blockedAt"`
		}

		c.read(row, &changed)

		next := c.user(row.Object).last()
		next.blocked = changed.BlockedAt != nil
		c.user(row.Object).add(by, c.auditVisibleBy(row, by.at), next)
	}
}

// replayLicense replays an assignment or removal by an admin.
func (c *checker) replayLicense(by moment, visibleBy time.Duration, changed history.License) {
	pool, holder := c.pool(changed.Product), c.user(changed.User)
	count, who := pool.last(), holder.last()

	if changed.RemovedAt != nil {
		known := c.licenses[changed.ID]
		if known == nil || known.removed {
			c.fail(WrongState, "license %s was removed, but no user held it", changed.ID)

			return
		}

		known.removed = true
		count.Assigned--
		pool.add(by, visibleBy, count)
		holder.add(by, visibleBy, who.without(changed.ID))

		return
	}

	if who.holds(changed.Product) {
		c.fail(GivenTwice, "user %s was assigned product %s at %v but already had it", c.db.Users[changed.User], changed.Product, by.at)
	}

	if count.Assigned++; count.Assigned > count.Total {
		c.fail(OverAllocated, "product %s: an assignment at %[4]v made %[2]d of %[3]d licenses assigned", changed.Product, count.Assigned, count.Total, by.at)
	}

	c.licenses[changed.ID] = &license{user: changed.User, product: changed.Product}
	pool.add(by, visibleBy, count)
	holder.add(by, visibleBy, who.with(heldLicense{
		license: changed.ID, product: changed.Product, appOff: slices.Contains(changed.AppsOff, c.db.App),
	}))
}

func (c *checker) replaySubscription(by moment, visibleBy time.Duration, row history.AuditRow) {
	var after subscription

	c.read(row, &after)

	before := c.subscriptions[row.Object]
	c.subscriptions[row.Object] = after
	pool := c.pool(after.Product)
	count := pool.last()
	count.Total += after.counted() - before.counted()

	if before.counted() > after.counted() && after.counted() > 0 && count.Total < count.Assigned {
		c.fail(OverAllocated, "product %s was reduced to %d at %v, while %d were assigned", after.Product, count.Total, by.at, count.Assigned)
	}

	pool.add(by, visibleBy, count)
}

// replayClaims replays the claims of a batch. Its users and pools were locked, so they must be valid at the commit. The
// policy may be any version since the call began.
func (c *checker) replayClaims(by moment, claims []history.ClaimRow) {
	at := by.at
	counts := make(map[string]history.Pool)
	visible := endOfTime
	callOf := make([]*history.Call, len(claims))

	for i, claim := range claims {
		callOf[i] = c.matchCall(claim, at)
		visible = min(visible, visibleBy(callOf[i]))
	}

	for _, claim := range claims {
		who := c.user(claim.User).last()
		name := c.db.Users[claim.User]

		switch {
		case who.holds(claim.Product):
			c.fail(GivenTwice, "user %s claimed product %s at %v but already had it", name, claim.Product, at)
		case who.hasAccess():
			c.fail(GivenTwice, "user %s claimed product %s at %v but already had access by another product", name, claim.Product, at)
		case who.blocked:
			c.fail(AgainstPolicy, "user %s claimed at %v but was blocked", name, at)
		}

		count, known := counts[claim.Product]
		if !known {
			count = c.pool(claim.Product).last()
		}

		count.Assigned++
		counts[claim.Product] = count
		c.licenses[claim.License] = &license{user: claim.User, product: claim.Product, claimed: true}
		c.user(claim.User).add(by, visible, who.with(heldLicense{
			license: claim.License, product: claim.Product, appOff: slices.Contains(claim.AppsOff, c.db.App),
		}))
	}

	for product, count := range counts {
		if count.Assigned > count.Total {
			c.fail(OverAllocated, "product %s: a claim at %[4]v made %[2]d of %[3]d licenses assigned", product, count.Assigned, count.Total, at)
		}

		c.pool(product).add(by, visible, count)
	}

	for i, claim := range claims {
		begin := at
		if callOf[i] != nil {
			begin = callOf[i].Begin
		}

		if !anyOf(c.config.within(begin, at), func(cfg config) bool { return c.allows(cfg, claim) }) {
			c.fail(AgainstPolicy, "user %s got product %s at %v from position %d, which no version of the policy since %v allows",
				c.db.Users[claim.User], claim.Product, at, claim.Position, begin)
		}
	}
}

// matchCall returns the call that made the claim, or nil.
func (c *checker) matchCall(claim history.ClaimRow, at time.Duration) *history.Call {
	name := c.db.Users[claim.User]

	if call := c.claimed[claim.License]; call != nil {
		if call.User != name || !inTime(call, at) {
			c.fail(WrongAnswer, "%s for %s (%v to %v) had license %s of %s in its response, which was given at %v",
				call.ID, call.User, call.Begin, call.End, claim.License, name, at)
		}

		return call
	}

	for i, call := range c.unanswered[name] {
		if inTime(call, at) {
			c.unanswered[name] = slices.Delete(c.unanswered[name], i, i+1)

			return call
		}
	}

	c.fail(Unexplained, "license %s was given to %s at %v, but no call requested it", claim.License, name, at)

	return nil
}

// allows reports whether the policy allows the claim, given the pools after the batch.
func (c *checker) allows(cfg config, claim history.ClaimRow) bool {
	policy := cfg.policy
	if !cfg.enabled || !policy.Enabled || policy.ID != claim.Policy || claim.Position >= len(policy.Products) {
		return false
	}

	product := policy.Products[claim.Position]
	if product.Product != claim.Product || !sameSet(product.AppsOff, claim.AppsOff) {
		return false
	}

	for _, before := range policy.Products[:claim.Position] {
		pool := c.pool(before.Product).last()
		if pool.Assigned < pool.Total && !c.user(claim.User).last().holds(before.Product) {
			return false // An earlier product had a license available.
		}
	}

	return true
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
