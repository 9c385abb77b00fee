package model_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/claiming"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
	"github.com/autoclaim/autoclaim/internal/upkeep"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	// These histories take about a minute; the flag -rapid.checks sets another number.
	_ = flag.Set("rapid.checks", "40")
	_ = flag.Set("rapid.steps", "60")
	status := m.Run()
	cluster.Close()
	os.Exit(status)
}

// tenants counts tenants, so that each history has new ones in the same database.
var tenants atomic.Int64

func TestRandomHistoriesOfTwoTenantsFollowTheModel(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		world := storetest.NewWorld(t, storetest.Open(t, url))
		claims := claiming.New(world.Store, world.Clock.Now, storetest.Logger())
		t.Cleanup(claims.Close)

		rapid.Check(t, func(r *rapid.T) {
			machines := []*machine{newMachine(t, world, claims), newMachine(t, world, claims)}
			actions := make(map[string]func(*rapid.T))

			for i, m := range machines {
				m.begin(r)

				for name, action := range m.actions() {
					actions[name+strconv.Itoa(i)] = action
				}
			}

			// After each action rapid runs this one. It compares both tenants: an action in one must not change the
			// other.
			actions[""] = func(r *rapid.T) {
				for _, m := range machines {
					m.compare(r)
				}
			}

			r.Repeat(actions)

			violations, err := upkeep.Check(context.Background(), world.Store)
			require.NoError(r, err)
			require.Empty(r, violations)
		})
	})
}

// machine runs each action on a tenant of the product and on a model of it.
type machine struct {
	model  *model
	tenant *storetest.Tenant
	claims *claiming.Service

	apps     map[string]licensing.App
	products map[string]licensing.Product
	users    []string

	// These are the product's ids of the model's objects, in the same order.
	policies      []licensing.ID
	subscriptions []licensing.ID
	licenses      []licensing.ID
}

func newMachine(t *testing.T, world *storetest.World, claims *claiming.Service) *machine {
	t.Helper()

	m := &machine{
		model: newModel(), claims: claims,
		tenant:   world.NewTenant(t, "tenant-"+strconv.FormatInt(tenants.Add(1), 10)),
		apps:     make(map[string]licensing.App),
		products: make(map[string]licensing.Product),
		users:    []string{"ann", "bob", "cid"},
	}

	for _, app := range []licensing.App{world.Teams, world.Mail, world.Voice, world.Sketch} {
		m.apps[app.Code] = app
	}

	for _, product := range []licensing.Product{world.E5, world.E3, world.E1, world.F1, world.Basic, world.Draw} {
		m.products[product.Code] = product
	}

	var users []licensing.User
	for _, user := range m.users {
		users = append(users, licensing.User{ExternalID: user})
	}

	require.NoError(t, world.Admin.ImportUsers(context.Background(), m.tenant.ID, users))

	return m
}

var (
	anyProduct = rapid.SampledFrom([]string{"E5", "E3", "E1", "F1", "BASIC", "DRAW"})
	anyApp     = rapid.SampledFrom([]string{"TEAMS1", "MAIL", "VOICE", "SKETCH"})
	anyUser    = rapid.SampledFrom([]string{"ann", "bob", "cid"})
	anyName    = rapid.SampledFrom([]string{"", "One", "ONE", "Two", "Drei", "DREI", "Viér", "VIÉR"})
	anyStatus  = rapid.SampledFrom(licensing.SubscriptionStatuses())
	fewApps    = rapid.SliceOfNDistinct(anyApp, 0, 2, rapid.ID)
)

// begin makes a policy with few licenses, so that histories soon run out of licenses.
func (m *machine) begin(r *rapid.T) {
	ctx := context.Background()

	s, err := m.tenant.Admin.CreateSubscription(
		ctx, m.tenant.Actor, m.products["E1"].ID, 1, licensing.SubscriptionActive)
	same(r, "", err)

	m.subscriptions = append(m.subscriptions, s.ID)
	m.model.subscriptions = append(m.model.subscriptions,
		&modelSubscription{product: "E1", status: "ACTIVE", quantity: 1})

	policy, err := m.tenant.Admin.CreatePolicy(ctx, m.tenant.Actor, licensing.PolicyDraft{
		Name: "Two", AppID: m.apps["TEAMS1"].ID, Enabled: true,
		Products: []licensing.PolicyProduct{{ProductID: m.products["E1"].ID}},
	})
	same(r, m.model.createPolicy("Two", "TEAMS1", []string{"E1"}), err)

	m.policies = append(m.policies, policy.ID)
}

// pick draws the index of one of n objects, and skips the action if there are none.
func pick(r *rapid.T, n int, what string) int {
	if n == 0 {
		r.Skip("no " + what)
	}

	return rapid.IntRange(0, n-1).Draw(r, what)
}

func (m *machine) appIDs(codes []string) []licensing.ID {
	ids := make([]licensing.ID, len(codes))
	for i, code := range codes {
		ids[i] = m.apps[code].ID
	}

	return ids
}

// same fails unless the product refused with the same code as the model; an empty code means no refusal.
func same(r *rapid.T, want licensing.Code, err error) {
	r.Helper()

	refusal, ok := licensing.AsRefusal(err)
	if !ok {
		require.NoError(r, err)
		require.Equal(r, want, licensing.Code(""), "the product did not refuse")

		return
	}

	require.Equal(r, want, refusal.Code, refusal.Message)
}

func (m *machine) actions() map[string]func(*rapid.T) {
	ctx := context.Background()
	act := m.tenant.Admin
	actor := m.tenant.Actor

	onPolicy := func(r *rapid.T) (*modelPolicy, admin.PolicyRef) {
		i := pick(r, len(m.policies), "policy")
		ref := admin.PolicyRef{ID: m.policies[i]}

		if rapid.Bool().Draw(r, "names the version") {
			version := m.model.policies[i].version
			ref.Version = &version
		}

		return m.model.policies[i], ref
	}

	return map[string]func(*rapid.T){
		"switch": func(r *rapid.T) {
			m.model.on = rapid.Bool().Draw(r, "on")
			_, err := act.SetAutoClaimEnabled(ctx, actor, m.model.on)
			same(r, "", err)
		},
		"createPolicy": func(r *rapid.T) {
			name, app := anyName.Draw(r, "name"), anyApp.Draw(r, "app")
			products := rapid.SliceOfN(anyProduct, 0, 6).Draw(r, "products")
			draft := licensing.PolicyDraft{Name: name, AppID: m.apps[app].ID, Enabled: true}

			for _, product := range products {
				draft.Products = append(draft.Products, licensing.PolicyProduct{ProductID: m.products[product].ID})
			}

			policy, err := act.CreatePolicy(ctx, actor, draft)
			same(r, m.model.createPolicy(name, app, products), err)

			if err == nil {
				m.policies = append(m.policies, policy.ID)
			}
		},
		"createUsefulPolicy": func(r *rapid.T) {
			app := rapid.SampledFrom(claimable).Draw(r, "app")
			draft := licensing.PolicyDraft{Name: app, AppID: m.apps[app].ID, Enabled: true}

			var products []string

			for _, product := range []string{"E5", "E3", "E1", "F1"} {
				if m.model.total(product) > 0 {
					products = append(products, product)
					draft.Products = append(draft.Products, licensing.PolicyProduct{ProductID: m.products[product].ID})
				}
			}

			policy, err := act.CreatePolicy(ctx, actor, draft)
			same(r, m.model.createPolicy(app, app, products), err)

			if err == nil {
				m.policies = append(m.policies, policy.ID)
			}
		},
		"staleVersion": func(r *rapid.T) {
			p, ref := onPolicy(r)
			stale := p.version - 1
			ref.Version = &stale
			_, err := act.SetPolicyEnabled(ctx, actor, ref, !p.on)

			if p.gone {
				same(r, licensing.CodeNotFound, err)
			} else {
				same(r, licensing.CodeConflict, err)
			}
		},
		"enable": func(r *rapid.T) {
			p, ref := onPolicy(r)
			on := rapid.Bool().Draw(r, "on")
			_, err := act.SetPolicyEnabled(ctx, actor, ref, on)
			same(r, m.model.change(p, func() (bool, licensing.Code) {
				before := p.on
				p.on = on

				return before != on, ""
			}), err)
		},
		"rename": func(r *rapid.T) {
			p, ref := onPolicy(r)
			name := anyName.Draw(r, "name")
			_, err := act.RenamePolicy(ctx, actor, ref, name)
			same(r, m.model.rename(p, name), err)
		},
		"addBackup": func(r *rapid.T) {
			p, ref := onPolicy(r)
			product := anyProduct.Draw(r, "product")
			_, err := act.AddBackupProduct(ctx, actor, ref, licensing.PolicyProduct{ProductID: m.products[product].ID})
			same(r, m.model.addBackup(p, product), err)
		},
		"removeProduct": func(r *rapid.T) {
			p, ref := onPolicy(r)
			product := anyProduct.Draw(r, "product")
			_, err := act.RemovePolicyProduct(ctx, actor, ref, m.products[product].ID)
			same(r, m.model.removeProduct(p, product), err)
		},
		"move": func(r *rapid.T) {
			p, ref := onPolicy(r)
			product := anyProduct.Draw(r, "product")
			direction, by := licensing.DirectionDown, 1

			if rapid.Bool().Draw(r, "up") {
				direction, by = licensing.DirectionUp, -1
			}

			_, err := act.MovePolicyProduct(ctx, actor, ref, m.products[product].ID, direction)
			same(r, m.model.move(p, product, by), err)
		},
		"reorder": func(r *rapid.T) {
			p, ref := onPolicy(r)
			order := rapid.Permutation(p.products).Draw(r, "order")

			var ids []licensing.ID
			for _, product := range order {
				ids = append(ids, m.products[product].ID)
			}

			_, err := act.ReorderPolicyProducts(ctx, actor, ref, ids)
			same(r, m.model.change(p, func() (bool, licensing.Code) {
				before := p.products
				p.products = order

				return !slices.Equal(before, order), ""
			}), err)
		},
		"toggle": func(r *rapid.T) {
			p, ref := onPolicy(r)
			product := rapid.SampledFrom([]string{"", "E5", "E3", "E1"}).Draw(r, "product")
			app, on := anyApp.Draw(r, "app"), rapid.Bool().Draw(r, "on")
			change := licensing.ToggleChange{AppID: m.apps[app].ID, On: on}

			if product != "" {
				id := m.products[product].ID
				change.ProductID = &id
			}

			_, err := act.SetAppToggles(ctx, actor, ref, []licensing.ToggleChange{change})
			same(r, m.model.toggle(p, product, app, on), err)
		},
		"deletePolicy": func(r *rapid.T) {
			p, ref := onPolicy(r)
			_, err := act.DeletePolicy(ctx, actor, ref)
			same(r, m.model.change(p, func() (bool, licensing.Code) {
				p.gone = true

				return true, ""
			}), err)
		},
		"subscribe": func(r *rapid.T) {
			product, quantity := anyProduct.Draw(r, "product"), rapid.IntRange(1, 3).Draw(r, "quantity")
			status := anyStatus.Draw(r, "status")

			s, err := act.CreateSubscription(ctx, actor, m.products[product].ID, quantity, status)
			same(r, "", err)

			m.subscriptions = append(m.subscriptions, s.ID)
			m.model.subscriptions = append(m.model.subscriptions,
				&modelSubscription{product: product, status: string(status), quantity: quantity})
		},
		"resubscribe": func(r *rapid.T) {
			i := pick(r, len(m.subscriptions), "subscription")
			quantity, status := rapid.IntRange(1, 3).Draw(r, "quantity"), anyStatus.Draw(r, "status")
			_, err := act.UpdateSubscription(ctx, actor, m.subscriptions[i],
				admin.SubscriptionUpdate{Quantity: &quantity, Status: &status})
			same(r, m.model.updateSubscription(m.model.subscriptions[i], quantity, string(status)), err)
		},
		"assign": func(r *rapid.T) {
			user, product, off := anyUser.Draw(r, "user"), anyProduct.Draw(r, "product"), fewApps.Draw(r, "off")
			license, err := act.AssignLicense(ctx, actor, admin.UserRef{ExternalID: &user},
				m.products[product].ID, m.appIDs(off))
			same(r, m.model.assign(user, product, off), err)

			if err == nil {
				m.licenses = append(m.licenses, license.ID)
			}
		},
		"removeLicense": func(r *rapid.T) {
			i := pick(r, len(m.licenses), "license")
			block := rapid.Bool().Draw(r, "block")
			license := m.model.licenses[i]
			_, err := act.RemoveLicense(ctx, actor, m.licenses[i], block)

			if license.removed {
				same(r, licensing.CodeAlreadyRemoved, err)

				return
			}

			same(r, "", err)

			license.removed = true
			m.model.blocked[license.user] = m.model.blocked[license.user] || block
		},
		"block": func(r *rapid.T) {
			user, blocked := anyUser.Draw(r, "user"), rapid.Bool().Draw(r, "blocked")
			_, err := act.SetBlocked(ctx, actor, admin.UserRef{ExternalID: &user}, blocked)
			same(r, "", err)
			m.model.blocked[user] = blocked
		},
		"claim":      m.claim,
		"claimAgain": m.claim, // So that claims are drawn twice as often.
	}
}

func (m *machine) claim(r *rapid.T) {
	user, app := anyUser.Draw(r, "user"), rapid.SampledFrom(claimable).Draw(r, "app")

	answer, err := m.claims.Claim(context.Background(), m.tenant.ID, user, app)
	require.NoError(r, err)
	require.Equal(r, m.model.claim(user, app), answer.Outcome)

	if answer.Outcome == licensing.OutcomeClaimed {
		m.licenses = append(m.licenses, answer.License.ID)
	}
}
