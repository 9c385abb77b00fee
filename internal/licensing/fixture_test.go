package licensing_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func id() licensing.ID { return licensing.NewID(noon) }

// The tests' catalog: E5 and E3 include Teams, Mail and Voice, E1 Teams and Mail, Draw none of them.
var (
	teams = licensing.App{ID: id(), VendorID: uuid.New(), Code: "TEAMS1", Name: "Teams", Claimable: true}
	mail  = licensing.App{ID: id(), VendorID: uuid.New(), Code: "MAIL", Name: "Mail", Claimable: true}
	voice = licensing.App{ID: id(), VendorID: uuid.New(), Code: "VOICE", Name: "Voice"}

	e5   = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "E5", Name: "E5"}
	e3   = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "E3", Name: "E3"}
	e1   = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "E1", Name: "E1"}
	f1   = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "F1", Name: "F1"}
	f3   = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "F3", Name: "F3"}
	k1   = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "K1", Name: "K1"}
	draw = licensing.Product{ID: id(), VendorID: uuid.New(), Code: "DRAW", Name: "Draw"}
)

func catalog() *licensing.Catalog {
	return licensing.NewCatalog(1, []licensing.App{teams, mail, voice},
		[]licensing.Product{e5, e3, e1, f1, f3, k1, draw}, []licensing.ProductApp{
			{ProductID: e5.ID, AppID: teams.ID},
			{ProductID: e5.ID, AppID: mail.ID},
			{ProductID: e5.ID, AppID: voice.ID},
			{ProductID: e3.ID, AppID: teams.ID},
			{ProductID: e3.ID, AppID: mail.ID},
			{ProductID: e3.ID, AppID: voice.ID},
			{ProductID: e1.ID, AppID: teams.ID},
			{ProductID: e1.ID, AppID: mail.ID},
			{ProductID: f1.ID, AppID: teams.ID},
			{ProductID: f3.ID, AppID: teams.ID},
			{ProductID: k1.ID, AppID: teams.ID},
		})
}

// terms returns terms in which the tenant has ten licenses of each product.
func terms() licensing.ProductTerms {
	pools := make(map[licensing.ID]licensing.Pool)
	for _, product := range []licensing.Product{e5, e3, e1, f1, f3, k1, draw} {
		pools[product.ID] = licensing.Pool{ProductID: product.ID, Total: 10}
	}

	return licensing.ProductTerms{Catalog: catalog(), Pools: pools}
}

// rename renames a policy of a tenant that has these other policies.
func rename(p *licensing.Policy, name string, others ...licensing.OtherPolicy) error {
	return p.Update(licensing.PolicyUpdate{Name: &name}, others, licensing.ProductTerms{})
}

// setProducts replaces the products of a policy.
func setProducts(p *licensing.Policy, products []licensing.PolicyProduct, terms licensing.ProductTerms) error {
	return p.Update(licensing.PolicyUpdate{Products: products}, nil, terms)
}

func inOrder(products ...licensing.Product) []licensing.PolicyProduct {
	list := make([]licensing.PolicyProduct, len(products))
	for i, product := range products {
		list[i] = licensing.PolicyProduct{ProductID: product.ID}
	}

	return list
}

func newPolicy(t *testing.T, products ...licensing.Product) licensing.Policy {
	t.Helper()

	policy, err := licensing.NewPolicy(licensing.PolicyDraft{
		Name: "Teams for all", AppID: teams.ID, Enabled: true, Products: inOrder(products...),
	}, true, nil, terms(), noon)
	require.NoError(t, err)

	return policy
}

func requireOrder(t *testing.T, policy licensing.Policy, products ...licensing.Product) {
	t.Helper()
	require.Len(t, policy.Products, len(products))

	for i, product := range products {
		require.Equal(t, product.ID, policy.Products[i].ProductID, "place %d", i)
	}
}

// requireRefusal fails unless err is a refusal with the code, for the field, and a message.
func requireRefusal(t *testing.T, err error, code licensing.Code, path ...string) {
	t.Helper()

	refusal, ok := licensing.AsRefusal(err)
	require.True(t, ok, "%v is no refusal", err)
	require.Equal(t, code, refusal.Code)
	assert.Equal(t, path, refusal.Path)
	assert.NotEmpty(t, refusal.Message)
}

// refusesUnchanged fails unless the change is refused and leaves the policy as it was.
func refusesUnchanged(
	t *testing.T, policy licensing.Policy, code licensing.Code, path string, change func(p *licensing.Policy) error,
) {
	t.Helper()

	before := policy.Clone()
	requireRefusal(t, change(&policy), code, licensing.Refuse(code, path, "").Path...)
	require.Equal(t, before, policy.Clone(), "a refused change changed something")
}
