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
	// setUp is the request id of what belongs to no client.
	setUp = "demo"
)

// world is what the clients know of the tenant, by the API's ids.
type world struct {
	app, otherApp string
	products      []string
	subscriptions []string // One of each product.
}

// Prepare makes the tenant that the clients work on: a policy with few licenses, so that they run out all the time.
func (d *Driver) Prepare(ctx context.Context) error {
	var around struct {
		Apps, Products struct{ Nodes []struct{ ID, Code string } }
	}

	if err := d.ask(ctx, `{ apps(first: 100) { nodes { id code } } products(first: 100) { nodes { id code } } }`, nil, &around); err != nil {
		return err
	}

	products := make(map[string]string)
	for _, product := range around.Products.Nodes {
		products[product.Code] = product.ID
	}

	for _, found := range around.Apps.Nodes {
		switch found.Code {
		case app:
			d.world.app = found.ID
		case "EXCHANGE_S_STANDARD", "SHAREPOINTWAC":
			d.world.otherApp = found.ID
		}
	}

	for _, code := range []string{"SPE_E3", "ENTERPRISEPACK", "O365_BUSINESS_ESSENTIALS", "STANDARDPACK"} {
		d.world.products = append(d.world.products, products[code])

		var bought struct {
			Result struct{ Subscription struct{ ID string } }
		}

		err := d.ask(ctx, `mutation($input: CreateSubscriptionInput!) { result: createSubscription(input: $input) { subscription { id } } }`,
			map[string]any{"input": map[string]any{"productId": products[code], "quantity": 2}}, &bought)
		if err != nil {
			return err
		}

		d.world.subscriptions = append(d.world.subscriptions, bought.Result.Subscription.ID)
	}

	var ignored any

	return d.ask(ctx, `mutation($input: CreatePolicyInput!) { setAutoClaimEnabled(input: {enabled: true}) { userErrors { code } }
		createPolicy(input: $input) { userErrors { code } } }`, map[string]any{"input": d.newPolicy(d.world.products[:3])}, &ignored)
}

func (d *Driver) newPolicy(products []string) map[string]any {
	list := make([]any, len(products))
	for i, product := range products {
		list[i] = map[string]any{"productId": product}
	}

	return map[string]any{"name": "Teams", "appId": d.world.app, "products": list}
}

func (d *Driver) ask(ctx context.Context, query string, variables map[string]any, into any) error {
	return builtserver.Send(ctx, d.client, d.servers()[0], d.admin, setUp, builtserver.Request{Query: query, Variables: variables}, into)
}

func userName(n int) string { return fmt.Sprintf("user-%02d", n) }

// aUser is now and then one whom others sign in at the same moment.
func (c *client) aUser() string {
	if c.oneIn(4) {
		return userName(c.choose.IntN(hotUsers))
	}

	return userName(c.choose.IntN(users))
}

func (c *client) oneIn(n int) bool { return c.choose.IntN(n) == 0 }

func (d *Driver) claim(c *client) {
	user := c.aUser()

	answer := c.call(history.Claim, user, nil, map[string]any{"app": app, "user": user})
	if answer.License != "" {
		d.licenses.add(answer.License)
	}
}

func (d *Driver) remove(c *client) {
	id, found := d.licenses.take(c.choose)
	if !found {
		return
	}

	input := map[string]any{"licenseId": globalID("license", id), "blockAutoClaim": c.oneIn(20)}
	if answer := c.call("removeLicense", "", nil, input); !answer.Answered {
		d.licenses.add(id)
	}
}

// resize changes how much there is of a product, and lets subscriptions lapse now and then.
func (d *Driver) resize(c *client) {
	input := map[string]any{
		"subscriptionId": d.world.subscriptions[c.choose.IntN(len(d.world.subscriptions))], "quantity": 1 + c.choose.IntN(6), "status": "ACTIVE",
	}
	if c.oneIn(6) {
		input["status"] = "SUSPENDED"
	}

	c.call("updateSubscription", "", nil, input)
}

// byHand assigns licenses, some without the app, and blocks users and lets them in again.
func (d *Driver) byHand(c *client) {
	user := c.aUser()

	switch c.choose.IntN(6) {
	case 0:
		on := true
		c.call("blockUser", user, &on, map[string]any{"userExternalId": user})
	case 1, 2, 3:
		on := false
		c.call("unblockUser", user, &on, map[string]any{"userExternalId": user})
	default:
		off := []string{}
		if c.oneIn(2) {
			off = append(off, d.world.app)
		}

		answer := c.call("assignLicense", user, nil, map[string]any{
			"userExternalId": user, "productId": d.world.products[c.choose.IntN(len(d.world.products))], "appsOff": off,
		})
		if answer.License != "" {
			d.licenses.add(answer.License)
		}
	}
}

// configure changes the policy or the feature switch, and mends what it broke at its next turns.
func (d *Driver) configure(c *client) {
	var around struct {
		Settings struct{ AutoClaimEnabled bool }
		Policies struct {
			Nodes []struct {
				ID       string
				Enabled  bool
				Products []struct{ Product struct{ ID string } }
			}
		}
	}

	draw := c.choose.IntN(10) // Drawn first, so that the choices do not depend on the answer.
	pick := c.choose.Perm(len(d.world.products))

	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()

	err := d.ask(ctx, `{ settings { autoClaimEnabled } policies { nodes { id enabled products { product { id } } } } }`, nil, &around)
	if err != nil {
		time.Sleep(whileAway)

		return
	}

	on, off := true, false

	switch {
	case !around.Settings.AutoClaimEnabled:
		c.call("setAutoClaimEnabled", "", &on, map[string]any{"enabled": true})

		return
	case len(around.Policies.Nodes) == 0:
		chosen := make([]string, 3)
		for i := range chosen {
			chosen[i] = d.world.products[pick[i]]
		}

		c.call("createPolicy", "", nil, d.newPolicy(chosen))

		return
	case !around.Policies.Nodes[0].Enabled:
		c.call("setPolicyEnabled", "", &on, map[string]any{"policyId": around.Policies.Nodes[0].ID, "enabled": true})

		return
	}

	policy := around.Policies.Nodes[0]
	product := d.world.products[pick[0]]

	order := make([]string, len(policy.Products))
	for i, p := range policy.Products {
		order[i] = p.Product.ID
	}

	switch draw {
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
			"policyId": policy.ID, "toggles": []any{map[string]any{"appId": d.world.otherApp, "on": pick[0] > pick[1]}},
		})
	default:
		slices.Reverse(order)
		c.call("reorderPolicyProducts", "", nil, map[string]any{"policyId": policy.ID, "productIds": order})
	}
}
