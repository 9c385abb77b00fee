package checker

import (
	"maps"

	"github.com/autoclaim/autoclaim/test/faults/history"
)

// checkAnswer compares the response to a call with the state during the call.
func (c *checker) checkAnswer(call *history.Call) {
	switch {
	case !call.Answered || call.Refused != "":
	case call.Operation == history.Claim:
		c.checkClaim(call)
	case c.changed[call.ID]: // The replay checked it.
	case call.Operation == "assignLicense", call.Operation == "removeLicense", call.Operation == "createPolicy":
		c.fail(Lost, "%s %s was acknowledged at %v but is missing", call.ID, call.Operation, call.End)
	case call.On != nil && !c.wasAlreadySet(call):
		c.fail(Lost, "%s %s was acknowledged at %v but changed nothing, and the state was not already the requested one", call.ID, call.Operation, call.End)
	}
}

// wasAlreadySet reports whether a switch already had the requested state.
func (c *checker) wasAlreadySet(call *history.Call) bool {
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
			c.fail(Lost, "%s for %s had the outcome %s at %v, but there is no such license: %s", call.ID, call.User, call.Outcome, call.End, call.License)

			return
		case c.db.Users[given.user] != call.User:
			c.fail(WrongAnswer, "%s for %s had a license of %s in its response", call.ID, call.User, c.db.Users[given.user])

			return
		}
	}

	users := c.user(c.userIDs[call.User]).within(call.Begin, call.End)
	for who := range users {
		for cfg := range c.config.within(call.Begin, call.End) {
			if c.isCorrect(call, who, cfg) {
				return
			}
		}
	}

	c.fail(WrongAnswer, "%s for %s had the outcome %s %s at %v, which was not correct at any time since %v; users %s; policies %s",
		call.ID, call.User, call.Outcome, call.License, call.End, call.Begin,
		c.user(c.userIDs[call.User]).describeNear(call.Begin, call.End), c.config.describeNear(call.Begin, call.End))
}

// isCorrect reports whether the outcome is correct for this state of the user and the configuration. The replay checked
// the outcome CLAIMED.
func (c *checker) isCorrect(call *history.Call, who user, cfg config) bool {
	noAccess := !who.hasAccess()

	switch call.Outcome {
	case "CLAIMED":
		return true
	case "ALREADY_LICENSED":
		for _, h := range who.licenses {
			if h.license == call.License && !h.appOff {
				return true
			}
		}

		return false
	case "AUTO_CLAIM_OFF":
		return noAccess && !cfg.enabled
	case "NO_POLICY":
		return noAccess && cfg.enabled && cfg.policy.ID == ""
	case "POLICY_OFF":
		return noAccess && cfg.enabled && cfg.policy.ID != "" && !cfg.policy.Enabled
	}

	claimable := noAccess && cfg.enabled && cfg.policy.Enabled

	switch call.Outcome {
	case "BLOCKED":
		return claimable && who.blocked
	case "APP_TURNED_OFF":
		return claimable && !who.blocked && holdsOneOf(who, cfg.policy)
	case "OUT_OF_LICENSES":
		return claimable && !who.blocked && !holdsOneOf(who, cfg.policy) && c.exhausted(call, cfg.policy)
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

// exhausted reports whether each product of the policy had no license available at some time during the call.
func (c *checker) exhausted(call *history.Call, policy history.Policy) bool {
	for _, product := range policy.Products {
		counts := c.pool(product.Product).within(call.Begin, call.End)
		if !anyOf(counts, func(p history.Pool) bool { return p.Assigned >= p.Total }) {
			return false
		}
	}

	return true
}

// compareState compares the tables with the effects of the transactions.
func (c *checker) compareState() {
	last := c.config.last()
	if last.enabled != c.db.Enabled {
		c.fail(WrongState, "auto-claim is enabled: %v, but the transactions lead to %v", c.db.Enabled, last.enabled)
	}

	for id, policy := range c.policies {
		stored := c.db.Policies[id]
		same := stored.Enabled == policy.Enabled && (stored.DeletedAt == nil) == (policy.DeletedAt == nil) &&
			len(stored.Products) == len(policy.Products)

		for i := 0; same && i < len(policy.Products); i++ {
			same = stored.Products[i].Product == policy.Products[i].Product && sameSet(stored.Products[i].AppsOff, policy.Products[i].AppsOff)
		}

		if !same {
			c.fail(WrongState, "policy %s is %+v, but the transactions lead to %+v", id, stored, policy)
		}
	}

	for product, pool := range c.pools {
		if c.db.Pools[product] != pool.last() {
			c.fail(WrongState, "the pool of product %s is %+v, but the transactions lead to %+v", product, c.db.Pools[product], pool.last())
		}
	}

	c.compareLicenses()

	for id := range c.db.Users {
		if c.db.Blocked[id] != c.user(id).last().blocked {
			c.fail(WrongState, "user %s is blocked: %v, but the transactions lead to the opposite", c.db.Users[id], c.db.Blocked[id])
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
			c.fail(WrongState, "license %s is %+v, but the transactions lead to %+v", id, stored, *known)
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
		if _, exists := c.db.Licenses[id]; !exists {
			c.fail(Lost, "license %s was given but is missing", id)
		}
	}
}

// compareMissed compares the recorded missed claims with the outcomes: each outcome OUT_OF_LICENSES must be recorded.
func (c *checker) compareMissed() {
	reported := make(map[string]int)
	unanswered := make(map[string]int)

	for _, call := range c.byID {
		switch {
		case call.Operation != history.Claim:
		case !call.Answered:
			unanswered[call.User]++
		case call.Outcome == "OUT_OF_LICENSES":
			reported[call.User]++
		}
	}

	for name := range reported {
		if c.db.Missed[c.userIDs[name]] < reported[name] {
			c.fail(Lost, "%s got OUT_OF_LICENSES %d times, but %d missed claims were recorded", name, reported[name], c.db.Missed[c.userIDs[name]])
		}
	}

	for id, recorded := range c.db.Missed {
		if name := c.db.Users[id]; recorded > reported[name]+unanswered[name] {
			c.fail(Unexplained, "%d missed claims of %s were recorded, but there were at most %d", recorded, name, reported[name]+unanswered[name])
		}
	}
}
