package model_test

import (
	"slices"
	"strings"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// includes is the catalog: the apps that each product includes.
var includes = map[string][]string{
	"E5": {"TEAMS1", "MAIL", "VOICE"}, "E3": {"TEAMS1", "MAIL", "VOICE"}, "E1": {"TEAMS1", "MAIL"},
	"F1": {"TEAMS1", "MAIL"}, "BASIC": {"TEAMS1"}, "DRAW": {"SKETCH"},
}

var claimable = []string{"TEAMS1", "MAIL"}

// model is one tenant, in the simplest data that can hold it. It identifies products and apps by their codes, users by
// their external ids, and policies by the order in which they were made. Its methods return the code of a refusal, or
// an empty code.
type model struct {
	on            bool
	policies      []*modelPolicy
	subscriptions []*modelSubscription
	licenses      []*modelLicense // All licenses, also removed ones.
	blocked       map[string]bool
	missed        map[string]int
	claims        int
}

type modelPolicy struct {
	name, app string
	on, gone  bool
	products  []string
	off       map[string][]string // By product.
	version   int
}

type modelSubscription struct {
	product, status string
	quantity        int
}

type modelLicense struct {
	user, product string
	off           []string
	claimed       bool
	removed       bool
}

func newModel() *model {
	return &model{on: true, blocked: make(map[string]bool), missed: make(map[string]int)}
}

func (m *model) total(product string) (total int) {
	for _, s := range m.subscriptions {
		if s.product == product && (s.status == "ACTIVE" || s.status == "WARNING") {
			total += s.quantity
		}
	}

	return total
}

func (m *model) assigned(product string) (assigned int) {
	for _, l := range m.licenses {
		if l.product == product && !l.removed {
			assigned++
		}
	}

	return assigned
}

func (m *model) held(user, product string) *modelLicense {
	for _, l := range m.licenses {
		if l.user == user && l.product == product && !l.removed {
			return l
		}
	}

	return nil
}

func (m *model) nameTaken(name string, except *modelPolicy) bool {
	return slices.ContainsFunc(m.policies, func(p *modelPolicy) bool {
		return p != except && !p.gone && strings.EqualFold(p.name, name)
	})
}

func (m *model) admit(p *modelPolicy, product string) licensing.Code {
	switch {
	case !slices.Contains(includes[product], p.app):
		return licensing.CodeProductLacksApp
	case m.total(product) == 0:
		return licensing.CodeProductNotOwned
	}

	return ""
}

func (m *model) createPolicy(name, app string, products []string) licensing.Code {
	p := &modelPolicy{name: name, app: app, on: true, version: 1, off: map[string][]string{}}

	switch {
	case !m.on:
		return licensing.CodeAutoClaimOff
	case !slices.Contains(claimable, app):
		return licensing.CodeAppNotClaimable
	case slices.ContainsFunc(m.policies, func(o *modelPolicy) bool { return !o.gone && o.app == app }):
		return licensing.CodeAppHasPolicy
	case name == "":
		return licensing.CodeNameRequired
	case m.nameTaken(name, nil):
		return licensing.CodeNameTaken
	case len(products) == 0:
		return licensing.CodeProductsRequired
	case len(products) > 5:
		return licensing.CodeTooManyProducts
	}

	for i, product := range products {
		if slices.Contains(products[:i], product) {
			return licensing.CodeProductDuplicate
		}

		if code := m.admit(p, product); code != "" {
			return code
		}
	}

	p.products = slices.Clone(products)
	m.policies = append(m.policies, p)

	return ""
}

// change applies a change to a live policy. The policy gets a new version only if the change made a difference.
func (m *model) change(p *modelPolicy, change func() (changed bool, code licensing.Code)) licensing.Code {
	if p.gone {
		return licensing.CodeNotFound
	}

	changed, code := change()
	if changed && code == "" {
		p.version++
	}

	return code
}

func (m *model) rename(p *modelPolicy, name string) licensing.Code {
	return m.change(p, func() (bool, licensing.Code) {
		if name == "" {
			return false, licensing.CodeNameRequired
		}

		if m.nameTaken(name, p) {
			return false, licensing.CodeNameTaken
		}

		before := p.name
		p.name = name

		return before != name, ""
	})
}

func (m *model) addBackup(p *modelPolicy, product string) licensing.Code {
	return m.change(p, func() (bool, licensing.Code) {
		if len(p.products) == 5 {
			return false, licensing.CodeTooManyProducts
		}

		if slices.Contains(p.products, product) {
			return false, licensing.CodeProductDuplicate
		}

		if code := m.admit(p, product); code != "" {
			return false, code
		}

		p.products = append(p.products, product)

		return true, ""
	})
}

func (m *model) removeProduct(p *modelPolicy, product string) licensing.Code {
	return m.change(p, func() (bool, licensing.Code) {
		if !slices.Contains(p.products, product) {
			return false, licensing.CodeProductNotInPolicy
		}

		if len(p.products) == 1 {
			return false, licensing.CodeLastProduct
		}

		p.products = slices.DeleteFunc(p.products, func(x string) bool { return x == product })
		delete(p.off, product)

		return true, ""
	})
}

func (m *model) move(p *modelPolicy, product string, by int) licensing.Code {
	return m.change(p, func() (bool, licensing.Code) {
		from := slices.Index(p.products, product)
		if from < 0 {
			return false, licensing.CodeProductNotInPolicy
		}

		to := from + by
		if to < 0 || to >= len(p.products) {
			return false, licensing.CodeCannotMove
		}

		p.products[from], p.products[to] = p.products[to], p.products[from]

		return true, ""
	})
}

func (m *model) toggle(p *modelPolicy, product, app string, on bool) licensing.Code {
	return m.change(p, func() (bool, licensing.Code) {
		if app == p.app && !on {
			return false, licensing.CodePolicyAppRequired
		}

		if product != "" && !slices.Contains(p.products, product) {
			return false, licensing.CodeProductNotInPolicy
		}

		var found, changed bool

		for _, x := range p.products {
			if product != "" && x != product || !slices.Contains(includes[x], app) {
				continue
			}

			found = true
			wasOn := !slices.Contains(p.off[x], app)
			changed = changed || wasOn != on

			if wasOn && !on {
				p.off[x] = append(slices.Clone(p.off[x]), app)
			} else if !wasOn && on {
				p.off[x] = slices.DeleteFunc(slices.Clone(p.off[x]), func(a string) bool { return a == app })
			}
		}

		if !found {
			return false, licensing.CodeAppNotInProduct
		}

		return changed, ""
	})
}

func (m *model) updateSubscription(s *modelSubscription, quantity int, status string) licensing.Code {
	counts := status == "ACTIVE" || status == "WARNING"
	before, total := *s, m.total(s.product)
	s.quantity, s.status = quantity, status

	if counts && m.total(s.product) < total && m.assigned(s.product) > m.total(s.product) {
		*s = before

		return licensing.CodeQuantityBelowAssigned
	}

	return ""
}

func (m *model) assign(user, product string, off []string) licensing.Code {
	switch {
	case m.total(product) == 0:
		return licensing.CodeProductNotOwned
	case m.held(user, product) != nil:
		return licensing.CodeAlreadyLicensed
	case m.assigned(product) >= m.total(product):
		return licensing.CodeOutOfLicenses
	}

	for _, app := range off {
		if !slices.Contains(includes[product], app) {
			return licensing.CodeAppNotInProduct
		}
	}

	m.licenses = append(m.licenses, &modelLicense{user: user, product: product, off: off})

	return ""
}

func (m *model) claim(user, app string) licensing.Outcome {
	for _, l := range m.licenses {
		if l.user == user && !l.removed && slices.Contains(includes[l.product], app) && !slices.Contains(l.off, app) {
			return licensing.OutcomeAlreadyLicensed
		}
	}

	var policy *modelPolicy

	for _, p := range m.policies {
		if !p.gone && p.app == app {
			policy = p
		}
	}

	switch {
	case !m.on:
		return licensing.OutcomeAutoClaimOff
	case policy == nil:
		return licensing.OutcomeNoPolicy
	case !policy.on:
		return licensing.OutcomePolicyOff
	case m.blocked[user]:
		return licensing.OutcomeBlocked
	}

	for _, product := range policy.products {
		if l := m.held(user, product); l != nil && slices.Contains(l.off, app) {
			return licensing.OutcomeAppTurnedOff
		}
	}

	for _, product := range policy.products {
		if m.held(user, product) == nil && m.assigned(product) < m.total(product) {
			m.licenses = append(m.licenses, &modelLicense{
				user: user, product: product, off: slices.Clone(policy.off[product]), claimed: true,
			})
			m.claims++

			return licensing.OutcomeClaimed
		}
	}

	m.missed[user]++

	return licensing.OutcomeOutOfLicenses
}
