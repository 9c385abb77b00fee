package checker

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// setUp is the request id of what the server does by itself when it makes the demo tenant.
const setUp = "demo"

// replayConfiguration goes first, since a claim may go by the policy as it was when it was called.
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
					c.fail(WrongState, "policy %s was made while %s lived", policy.ID, other)
				}

				next.policy = policy
				if policy.DeletedAt != nil {
					next.policy = history.Policy{}
				}
			default:
				continue
			}

			c.config.add(moment{number, transaction.At}, c.visible(row, transaction.At), next)
		}
	}
}

func (c *checker) read(row history.AuditRow, into any) {
	if err := json.Unmarshal(row.After, into); err != nil {
		c.fail(WrongState, "audit event %s cannot be read: %v", row.ID, err)
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
		c.fail(Unexplained, "nobody asked for %s of %s %s", row.Action, row.Kind, row.Object)
	case call.Answered && call.Refused != "":
		c.fail(WrongAnswer, "%s was refused (%s), but it changed %s %s", call.ID, call.Refused, row.Kind, row.Object)
	case !inTime(call, by.at):
		c.fail(WrongAnswer, "%s changed %s %s at %v, outside of its call (%v to %v)", call.ID, row.Kind, row.Object, by.at, call.Begin, call.End)
	}

	c.changed[row.Request] = true

	switch row.Kind {
	case "license":
		var changed history.License

		c.read(row, &changed)
		c.replayLicense(by, c.visible(row, by.at), changed)
	case "subscription":
		c.replaySubscription(by, c.visible(row, by.at), row)
	case "user":
		var changed struct {
			BlockedAt *time.Time `json:"blockedAt"`
		}

		c.read(row, &changed)

		next := c.user(row.Object).last()
		next.blocked = changed.BlockedAt != nil
		c.user(row.Object).add(by, c.visible(row, by.at), next)
	}
}

// replayLicense gives a license by hand, or takes one away.
func (c *checker) replayLicense(by moment, seen time.Duration, changed history.License) {
	pool, holder := c.pool(changed.Product), c.user(changed.User)
	count, who := pool.last(), holder.last()

	if changed.RemovedAt != nil {
		known := c.licenses[changed.ID]
		if known == nil || known.removed {
			c.fail(WrongState, "license %s was removed, but nobody had it", changed.ID)

			return
		}

		known.removed = true
		count.Assigned--
		pool.add(by, seen, count)
		holder.add(by, seen, who.without(changed.ID))

		return
	}

	if who.holds(changed.Product) {
		c.fail(GivenTwice, "user %s was assigned product %s at %v and had it already", c.db.Users[changed.User], changed.Product, by.at)
	}

	if count.Assigned++; count.Assigned > count.Total {
		c.fail(OverAllocated, "product %s: %d licenses of %d, by hand, at %v", changed.Product, count.Assigned, count.Total, by.at)
	}

	c.licenses[changed.ID] = &license{user: changed.User, product: changed.Product}
	pool.add(by, seen, count)
	holder.add(by, seen, who.with(held{
		license: changed.ID, product: changed.Product, appOff: slices.Contains(changed.AppsOff, c.db.App),
	}))
}

func (c *checker) replaySubscription(by moment, seen time.Duration, row history.AuditRow) {
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

	pool.add(by, seen, count)
}

// replayClaims gives the licenses of a batch. Users and pools were locked, so they must be right at this moment;
// the policy may be one that was in force since the call began.
func (c *checker) replayClaims(by moment, claims []history.ClaimRow) {
	at := by.at
	counts := make(map[string]history.Pool)
	visible := forever
	explained := make([]*history.Call, len(claims))

	for i, claim := range claims {
		explained[i] = c.explain(claim, at)
		visible = min(visible, seen(explained[i]))
	}

	for _, claim := range claims {
		who := c.user(claim.User).last()
		name := c.db.Users[claim.User]

		switch {
		case who.holds(claim.Product):
			c.fail(GivenTwice, "user %s claimed product %s at %v and had it already", name, claim.Product, at)
		case who.letIn():
			c.fail(GivenTwice, "user %s claimed product %s at %v and had another already", name, claim.Product, at)
		case who.blocked:
			c.fail(AgainstPolicy, "user %s claimed at %v and was blocked", name, at)
		}

		count, known := counts[claim.Product]
		if !known {
			count = c.pool(claim.Product).last()
		}

		count.Assigned++
		counts[claim.Product] = count
		c.licenses[claim.License] = &license{user: claim.User, product: claim.Product, claimed: true}
		c.user(claim.User).add(by, visible, who.with(held{
			license: claim.License, product: claim.Product, appOff: slices.Contains(claim.AppsOff, c.db.App),
		}))
	}

	for product, count := range counts {
		if count.Assigned > count.Total {
			c.fail(OverAllocated, "product %s: %d licenses of %d, claimed, at %v", product, count.Assigned, count.Total, at)
		}

		c.pool(product).add(by, visible, count)
	}

	for i, claim := range claims {
		begin := at
		if explained[i] != nil {
			begin = explained[i].Begin
		}

		if !anyOf(c.config.within(begin, at), func(cfg config) bool { return c.gives(cfg, claim) }) {
			c.fail(AgainstPolicy, "user %s got product %s at %v by place %d, as no policy since %v has it",
				c.db.Users[claim.User], claim.Product, at, claim.Position, begin)
		}
	}
}

// explain finds the call that a claim answers.
func (c *checker) explain(claim history.ClaimRow, at time.Duration) *history.Call {
	name := c.db.Users[claim.User]

	if call := c.claimed[claim.License]; call != nil {
		if call.User != name || !inTime(call, at) {
			c.fail(WrongAnswer, "%s for %s (%v to %v) was answered with license %s of %s, which was given at %v",
				call.ID, call.User, call.Begin, call.End, claim.License, name, at)
		}

		return call
	}

	for i, call := range c.open[name] {
		if inTime(call, at) {
			c.open[name] = slices.Delete(c.open[name], i, i+1)

			return call
		}
	}

	c.fail(Unexplained, "license %s was given to %s at %v, and no call asked for it", claim.License, name, at)

	return nil
}

// gives says whether the policy would give this license, now that the batch has taken its own.
func (c *checker) gives(cfg config, claim history.ClaimRow) bool {
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
			return false // It had one left.
		}
	}

	return true
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
