package driver

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/autoclaim/autoclaim/internal/testkit/builtserver"
	"github.com/autoclaim/autoclaim/test/faults/history"
)

const (
	app = "TEAMS1"
	// setUp is the request id of calls that belong to no client.
	setUp = "demo"
)

// tenantIDs are the global ids that the clients use.
type tenantIDs struct {
	app, otherApp string
	products      []string
	subscriptions []string // One of each product.
}

// Prepare creates subscriptions and a policy with few licenses, so that licenses run out often.
func (d *Driver) Prepare(ctx context.Context) error {
	var catalog struct {
		Apps, Products struct{ Nodes []struct{ ID, Code string } }
	}

	if err := d.sendAsAdmin(ctx, `{ apps(first: 100) { nodes { id code } } products(first: 100) { nodes { id code } } }`, nil, &catalog); err != nil {
		return err
	}

	products := make(map[string]string)
	for _, product := range catalog.Products.Nodes {
		products[product.Code] = product.ID
	}

	for _, found := range catalog.Apps.Nodes {
		switch found.Code {
		case app:
			d.ids.app = found.ID
		case "EXCHANGE_S_STANDARD", "SHAREPOINTWAC":
			d.ids.otherApp = found.ID
		}
	}

	for _, code := range []string{"SPE_E3", "ENTERPRISEPACK", "O365_BUSINESS_ESSENTIALS", "STANDARDPACK"} {
		d.ids.products = append(d.ids.products, products[code])

		var bought struct {
			Result struct{ Subscription struct{ ID string } }
		}

		err := d.sendAsAdmin(ctx, `mutation($input: CreateSubscriptionInput!) { result: createSubscription(input: $input) { subscription { id } } }`,
			map[string]any{"input": map[string]any{"productId": products[code], "quantity": 2}}, &bought)
		if err != nil {
			return err
		}

		d.ids.subscriptions = append(d.ids.subscriptions, bought.Result.Subscription.ID)
	}

	var ignored any

	return d.sendAsAdmin(ctx, `mutation($input: CreatePolicyInput!) { setAutoClaimEnabled(input: {enabled: true}) { userErrors { code } }
		createPolicy(input: $input) { userErrors { code } } }`, map[string]any{"input": d.newPolicy(d.ids.products[:3])}, &ignored)
}

func (d *Driver) newPolicy(products []string) map[string]any {
	list := make([]any, len(products))
	for i, product := range products {
		list[i] = map[string]any{"productId": product}
	}

	return map[string]any{"name": "Teams", "appId": d.ids.app, "products": list}
}

func (d *Driver) sendAsAdmin(ctx context.Context, query string, variables map[string]any, into any) error {
	return builtserver.Send(ctx, d.client, d.servers()[0], d.admin, setUp, builtserver.Request{Query: query, Variables: variables}, into)
}

func userName(n int) string { return fmt.Sprintf("user-%02d", n) }

// randomUser returns one of a few users in a quarter of all calls, so that several clients sign in the same user at the
// same time.
func (c *client) randomUser() string {
	if c.oneIn(4) {
		return userName(c.random.IntN(hotUsers))
	}

	return userName(c.random.IntN(users))
}

func (c *client) oneIn(n int) bool { return c.random.IntN(n) == 0 }

func (d *Driver) claim(c *client) {
	user := c.randomUser()

	call := c.call(history.Claim, user, nil, map[string]any{"app": app, "user": user})
	if call.License != "" {
		d.licenses.add(call.License)
	}
}

func (d *Driver) remove(c *client) {
	id, found := d.licenses.take(c.random)
	if !found {
		return
	}

	input := map[string]any{"licenseId": globalID("license", id), "blockAutoClaim": c.oneIn(20)}
	if call := c.call("removeLicense", "", nil, input); !call.Answered {
		d.licenses.add(id)
	}
}

// resize changes the quantity of a subscription, and sometimes suspends it.
func (d *Driver) resize(c *client) {
	input := map[string]any{
		"subscriptionId": d.ids.subscriptions[c.random.IntN(len(d.ids.subscriptions))], "quantity": 1 + c.random.IntN(6), "status": "ACTIVE",
	}
	if c.oneIn(6) {
		input["status"] = "SUSPENDED"
	}

	c.call("updateSubscription", "", nil, input)
}

// changeUsers assigns licenses, some with the app turned off, and blocks and unblocks users.
func (d *Driver) changeUsers(c *client) {
	user := c.randomUser()

	switch c.random.IntN(6) {
	case 0:
		on := true
		c.call("blockUser", user, &on, map[string]any{"userExternalId": user})
	case 1, 2, 3:
		on := false
		c.call("unblockUser", user, &on, map[string]any{"userExternalId": user})
	default:
		off := []string{}
		if c.oneIn(2) {
			off = append(off, d.ids.app)
		}

		call := c.call("assignLicense", user, nil, map[string]any{
			"userExternalId": user, "productId": d.ids.products[c.random.IntN(len(d.ids.products))], "appsOff": off,
		})
		if call.License != "" {
			d.licenses.add(call.License)
		}
	}
}

// configure changes the policy or the feature switch. If a former change stopped claims, it undoes that one first.
func (d *Driver) configure(c *client) {
	var state struct {
		Settings struct{ AutoClaimEnabled bool }
		Policies struct {
			Nodes []struct {
				ID       string
				Enabled  bool
				Products []struct{ Product struct{ ID string } }
			}
		}
	}

	action := c.random.IntN(10) // Chosen first, so that the random numbers do not depend on the response.
	pick := c.random.Perm(len(d.ids.products))

	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()

	err := d.sendAsAdmin(ctx, `{ settings { autoClaimEnabled } policies { nodes { id enabled products { product { id } } } } }`, nil, &state)
	if err != nil {
		time.Sleep(retryDelay)

		return
	}

	on, off := true, false

	switch {
	case !state.Settings.AutoClaimEnabled:
		c.call("setAutoClaimEnabled", "", &on, map[string]any{"enabled": true})

		return
	case len(state.Policies.Nodes) == 0:
		chosen := make([]string, 3)
		for i := range chosen {
			chosen[i] = d.ids.products[pick[i]]
		}

		c.call("createPolicy", "", nil, d.newPolicy(chosen))

		return
	case !state.Policies.Nodes[0].Enabled:
		c.call("setPolicyEnabled", "", &on, map[string]any{"policyId": state.Policies.Nodes[0].ID, "enabled": true})

		return
	}

	policy := state.Policies.Nodes[0]
	product := d.ids.products[pick[0]]

	order := make([]string, len(policy.Products))
	for i, p := range policy.Products {
		order[i] = p.Product.ID
	}

	switch action {
	case 0:
		c.call("setAutoClaimEnabled", "", &off, map[string]any{"enabled": false})
	case 1, 2:
		c.call("setPolicyEnabled", "", &off, map[string]any{"policyId": policy.ID, "enabled": false})
	case 3:
		c.call("deletePolicy", "", nil, map[string]any{"policyId": policy.ID})
	case 4:
		c.call("addBackupProduct", "", nil, map[string]any{"policyId": policy.ID, "productId": product})
	case 5:
		c.call("removePolicyProduct", "", nil, map[string]any{"policyId": policy.ID, "productId": product})
	case 6:
		c.call("setAppToggles", "", nil, map[string]any{
			"policyId": policy.ID, "toggles": []any{map[string]any{"appId": d.ids.otherApp, "on": pick[0] > pick[1]}},
		})
	default:
		slices.Reverse(order)
		c.call("reorderPolicyProducts", "", nil, map[string]any{"policyId": policy.ID, "productIds": order})
	}
}
