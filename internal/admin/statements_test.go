package admin_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
)

// statementCase is one admin action, and how many statements it sends to PostgreSQL, BEGIN and COMMIT included.
// It sends one more to SQLite, which takes the write lock.
type statementCase struct {
	name       string
	statements int
	do         func(ctx context.Context) error
}

func TestStatementsPerAction(t *testing.T) {
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		recorder := storetest.NewRecorder()
		tenant := storetest.NewWorld(t, storetest.Open(t, url, recorder.Option())).NewTenant(t, "acme")

		writeLock := 1
		if strings.HasPrefix(url, "postgres") {
			writeLock = 0
		}

		for _, action := range statementCases(t, tenant) {
			var err error

			sent := recorder.Of(func(ctx context.Context) { err = action.do(ctx) })
			require.NoError(t, err, action.name)

			// If the number rises, find out why before you change it here.
			assert.Len(t, sent, action.statements+writeLock, "%s sent:\n%s", action.name, strings.Join(sent, "\n"))
		}
	})
}

// statementCases are actions in an order in which each of them changes something, unless its name says otherwise.
func statementCases(t *testing.T, tenant *storetest.Tenant) []statementCase {
	t.Helper()

	var (
		act, actor       = tenant.Admin, tenant.Actor
		ann, bob         = "ann", "bob"
		policy           licensing.Policy
		license, another licensing.License
		subscription     licensing.Subscription
		name, on         = "Everybody", true
		berlin           = "Europe/Berlin"
		seven, suspended = 7, licensing.SubscriptionSuspended
		e5, e3, e1       = tenant.E5.ID, tenant.E3.ID, tenant.E1.ID
		mail             = tenant.Mail.ID
		byExternalID     = admin.UserRef{ExternalID: &ann}
		byID             admin.UserRef
		product          = func(id licensing.ID, off ...licensing.ID) licensing.PolicyProduct {
			return licensing.PolicyProduct{ProductID: id, AppsOff: off}
		}
		ref    = func() admin.PolicyRef { return storetest.Ref(policy) }
		toggle = []licensing.ToggleChange{{AppID: mail}}
	)

	tenant.Buy(t, tenant.E5, 9)
	tenant.Buy(t, tenant.E1, 9)

	return []statementCase{
		{"setAutoClaimEnabled", 5, func(ctx context.Context) error {
			_, err := act.SetAutoClaimEnabled(ctx, actor, false)

			return err
		}},
		{"setAutoClaimEnabled that changes nothing", 3, func(ctx context.Context) error {
			_, err := act.SetAutoClaimEnabled(ctx, actor, false)

			return err
		}},
		{"setAutoClaimEnabled back", 5, func(ctx context.Context) error {
			_, err := act.SetAutoClaimEnabled(ctx, actor, true)

			return err
		}},
		{"updateSettings", 5, func(ctx context.Context) error {
			_, err := act.UpdateSettings(ctx, actor, licensing.SettingsUpdate{TimeZone: &berlin})

			return err
		}},
		{"createSubscription", 9, func(ctx context.Context) (err error) {
			subscription, err = act.CreateSubscription(ctx, actor, e3, 5, licensing.SubscriptionActive)

			return err
		}},
		{"updateSubscription: quantity", 9, func(ctx context.Context) error {
			_, err := act.UpdateSubscription(ctx, actor, subscription.ID, admin.SubscriptionUpdate{Quantity: &seven})

			return err
		}},
		{"createPolicy", 10, func(ctx context.Context) (err error) {
			policy, err = act.CreatePolicy(ctx, actor, licensing.PolicyDraft{
				Name: "Teams", AppID: tenant.Teams.ID, Products: []licensing.PolicyProduct{product(e3), product(e1)},
			})

			return err
		}},
		{"setPolicyEnabled", 8, func(ctx context.Context) error {
			_, err := act.SetPolicyEnabled(ctx, actor, ref(), true)

			return err
		}},
		{"setPolicyEnabled that changes nothing", 5, func(ctx context.Context) error {
			_, err := act.SetPolicyEnabled(ctx, actor, ref(), true)

			return err
		}},
		{"renamePolicy", 9, func(ctx context.Context) error {
			_, err := act.RenamePolicy(ctx, actor, ref(), "Teams users")

			return err
		}},
		{"addBackupProduct", 11, func(ctx context.Context) error {
			_, err := act.AddBackupProduct(ctx, actor, ref(), product(e5))

			return err
		}},
		{"movePolicyProduct", 10, func(ctx context.Context) error {
			_, err := act.MovePolicyProduct(ctx, actor, ref(), e5, licensing.DirectionUp)

			return err
		}},
		{"reorderPolicyProducts", 10, func(ctx context.Context) error {
			_, err := act.ReorderPolicyProducts(ctx, actor, ref(), []licensing.ID{e1, e5, e3})

			return err
		}},
		{"setAppToggles", 10, func(ctx context.Context) error {
			_, err := act.SetAppToggles(ctx, actor, ref(), toggle)

			return err
		}},
		{"removePolicyProduct", 10, func(ctx context.Context) error {
			_, err := act.RemovePolicyProduct(ctx, actor, ref(), e1)

			return err
		}},
		{"updatePolicy: enabled alone", 8, func(ctx context.Context) error {
			off := false
			_, err := act.UpdatePolicy(ctx, actor, ref(), licensing.PolicyUpdate{Enabled: &off})

			return err
		}},
		{"updatePolicy: everything", 13, func(ctx context.Context) error {
			_, err := act.UpdatePolicy(ctx, actor, ref(), licensing.PolicyUpdate{
				Name: &name, Enabled: &on, Products: []licensing.PolicyProduct{product(e3), product(e1, mail)},
			})

			return err
		}},
		{"deletePolicy", 8, func(ctx context.Context) error {
			_, err := act.DeletePolicy(ctx, actor, ref())

			return err
		}},
		{"importUsers", 8, func(ctx context.Context) error {
			return act.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: ann}, {ExternalID: bob}})
		}},
		{"createUser", 9, func(ctx context.Context) error {
			_, err := act.CreateUser(ctx, actor, licensing.Person{ExternalID: "eve"})

			return err
		}},
		{"updateUser", 7, func(ctx context.Context) error {
			_, err := act.UpdateUser(ctx, actor, byExternalID, licensing.UserUpdate{DisplayName: &name})

			return err
		}},
		{"assignLicense by the external id", 9, func(ctx context.Context) (err error) {
			license, err = act.AssignLicense(ctx, actor, byExternalID, e3, nil)
			byID = admin.UserRef{ID: &license.UserID}

			return err
		}},
		{"assignLicense by the id", 9, func(ctx context.Context) (err error) {
			another, err = act.AssignLicense(ctx, actor, byID, e1, nil)

			return err
		}},
		{"removeLicense", 7, func(ctx context.Context) error {
			_, err := act.RemoveLicense(ctx, actor, license.ID, false)

			return err
		}},
		{"removeLicense and block", 9, func(ctx context.Context) error {
			_, err := act.RemoveLicense(ctx, actor, another.ID, true)

			return err
		}},
		{"unblockUser", 5, func(ctx context.Context) error {
			_, err := act.SetBlocked(ctx, actor, byID, false)

			return err
		}},
		{"blockUser by the external id", 5, func(ctx context.Context) error {
			_, err := act.SetBlocked(ctx, actor, byExternalID, true)

			return err
		}},
		{"updateSubscription: status", 9, func(ctx context.Context) error {
			_, err := act.UpdateSubscription(ctx, actor, subscription.ID, admin.SubscriptionUpdate{Status: &suspended})

			return err
		}},
	}
}
