package checker

import (
	"maps"

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// checkAnswer holds the answer to a call against what was so while the call lasted.
func (c *checker) checkAnswer(call *history.Call) {
	switch {
	case !call.Answered || call.Refused != "":
	case call.Operation == history.Claim:
		c.checkClaim(call)
	case c.changed[call.ID]: // It was replayed.
	case call.Operation == "assignLicense", call.Operation == "removeLicense", call.Operation == "createPolicy":
		c.fail(Lost, "%s %s was acknowledged at %v and isn't there", call.ID, call.Operation, call.End)
	case call.On != nil && !c.wasSo(call):
		c.fail(Lost, "%s %s was acknowledged at %v, but nothing was changed, and it wasn't so before", call.ID, call.Operation, call.End)
	}
}

// wasSo says whether a switch already stood as the call asked.
func (c *checker) wasSo(call *history.Call) bool {
	configs := c.config.within(call.Begin, call.End)

	switch call.Operation {
	case "setAutoClaimEnabled":
		return anyOf(configs, func(cfg config) bool { return cfg.enabled == *call.On })
	case "setPolicyEnabled":
		return anyOf(configs, func(cfg config) bool { return cfg.policy.Enabled == *call.On })
	case "blockUser", "unblockUser":
		users := c.user(c.userIDs[call.User]).within(call.Begin, call.End)

		return anyOf(users, func(u user) bool { return u.blocked == *call.On })
	default:
		return true
	}
}

func (c *checker) checkClaim(call *history.Call) {
	if call.License != "" {
		given := c.licenses[call.License]

		switch {
		case given == nil, call.Outcome == "CLAIMED" && !given.claimed:
			c.fail(Lost, "%s for %s was answered %s at %v, and there is no such license: %s", call.ID, call.User, call.Outcome, call.End, call.License)

			return
		case c.db.Users[given.user] != call.User:
			c.fail(WrongAnswer, "%s for %s was answered with a license of %s", call.ID, call.User, c.db.Users[given.user])

			return
		}
	}

	users := c.user(c.userIDs[call.User]).within(call.Begin, call.End)
	for who := range users {
		for cfg := range c.config.within(call.Begin, call.End) {
			if c.mayAnswer(call, who, cfg) {
				return
			}
		}
	}

	c.fail(WrongAnswer, "%s for %s was answered %s %s at %v, which was true at no moment since %v; users %s; policies %s",
		call.ID, call.User, call.Outcome, call.License, call.End, call.Begin,
		c.user(c.userIDs[call.User]).around(call.Begin, call.End), c.config.around(call.Begin, call.End))
}

// mayAnswer says whether the answer is right for this user under this configuration. An answer CLAIMED was held
// against the policy with its license.
func (c *checker) mayAnswer(call *history.Call, who user, cfg config) bool {
	unlicensed := !who.letIn()

	switch call.Outcome {
	case "CLAIMED":
		return true
	case "ALREADY_LICENSED":
		for _, h := range who.held {
			if h.license == call.License && !h.appOff {
				return true
			}
		}

		return false
	case "AUTO_CLAIM_OFF":
		return unlicensed && !cfg.enabled
	case "NO_POLICY":
		return unlicensed && cfg.enabled && cfg.policy.ID == ""
	case "POLICY_OFF":
		return unlicensed && cfg.enabled && cfg.policy.ID != "" && !cfg.policy.Enabled
	}

	on := unlicensed && cfg.enabled && cfg.policy.Enabled

	switch call.Outcome {
	case "BLOCKED":
		return on && who.blocked
	case "APP_TURNED_OFF":
		return on && !who.blocked && holdsOneOf(who, cfg.policy)
	case "OUT_OF_LICENSES":
		return on && !who.blocked && !holdsOneOf(who, cfg.policy) && c.exhausted(call, cfg.policy)
	default:
		return false
	}
}

func holdsOneOf(who user, policy history.Policy) bool {
	for _, product := range policy.Products {
		if who.holds(product.Product) {
			return true
		}
	}

	return false
}

// exhausted says whether each product of the policy had none left at some moment of the call.
func (c *checker) exhausted(call *history.Call, policy history.Policy) bool {
	for _, product := range policy.Products {
		counts := c.pool(product.Product).within(call.Begin, call.End)
		if !anyOf(counts, func(p history.Pool) bool { return p.Assigned >= p.Total }) {
			return false
		}
	}

	return true
}

// compareState holds the tables against what the transactions lead to.
func (c *checker) compareState() {
	last := c.config.last()
	if last.enabled != c.db.Enabled {
		c.fail(WrongState, "auto-claim is enabled: %v, and the transactions lead to %v", c.db.Enabled, last.enabled)
	}

	for id, policy := range c.policies {
		stored := c.db.Policies[id]
		same := stored.Enabled == policy.Enabled && (stored.DeletedAt == nil) == (policy.DeletedAt == nil) &&
			len(stored.Products) == len(policy.Products)

		for i := 0; same && i < len(policy.Products); i++ {
			same = stored.Products[i].Product == policy.Products[i].Product && sameSet(stored.Products[i].AppsOff, policy.Products[i].AppsOff)
		}

		if !same {
			c.fail(WrongState, "policy %s is %+v, and the transactions lead to %+v", id, stored, policy)
		}
	}

	for product, pool := range c.pools {
		if c.db.Pools[product] != pool.last() {
			c.fail(WrongState, "the pool of product %s is %+v, and the transactions lead to %+v", product, c.db.Pools[product], pool.last())
		}
	}

	c.compareLicenses()

	for id := range c.db.Users {
		if c.db.Blocked[id] != c.user(id).last().blocked {
			c.fail(WrongState, "user %s is blocked: %v, and the transactions lead to the opposite", c.db.Users[id], c.db.Blocked[id])
		}
	}

	c.compareMissed()
}

func (c *checker) compareLicenses() {
	active := make(map[[2]string]string)

	for id, stored := range c.db.Licenses {
		known := c.licenses[id]

		switch {
		case known == nil:
			c.fail(Unexplained, "license %s of %s has neither a claim nor an audit event", id, c.db.Users[stored.User])
		case known.removed != (stored.RemovedAt != nil), known.user != stored.User, known.product != stored.Product,
			known.claimed != (stored.Source == "AUTO_CLAIM"):
			c.fail(WrongState, "license %s is %+v, and the transactions lead to %+v", id, stored, *known)
		}

		if stored.RemovedAt != nil {
			continue
		}

		key := [2]string{stored.User, stored.Product}
		if other, twice := active[key]; twice {
			c.fail(GivenTwice, "user %s holds two licenses of product %s: %s and %s", c.db.Users[stored.User], stored.Product, other, id)
		}

		active[key] = id
	}

	for id := range maps.Keys(c.licenses) {
		if _, there := c.db.Licenses[id]; !there {
			c.fail(Lost, "license %s was given, and isn't there", id)
		}
	}
}

// compareMissed holds the missed claims against the answers: each that was told must be counted.
func (c *checker) compareMissed() {
	told := make(map[string]int)
	unsure := make(map[string]int)

	for _, call := range c.byID {
		switch {
		case call.Operation != history.Claim:
		case !call.Answered:
			unsure[call.User]++
		case call.Outcome == "OUT_OF_LICENSES":
			told[call.User]++
		}
	}

	for name := range told {
		if c.db.Missed[c.userIDs[name]] < told[name] {
			c.fail(Lost, "%s was turned away %d times, and %d were recorded", name, told[name], c.db.Missed[c.userIDs[name]])
		}
	}

	for id, recorded := range c.db.Missed {
		if name := c.db.Users[id]; recorded > told[name]+unsure[name] {
			c.fail(Unexplained, "%d missed claims of %s were recorded, and there were at most %d", recorded, name, told[name]+unsure[name])
		}
	}
}
