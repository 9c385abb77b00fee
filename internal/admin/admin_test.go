package admin_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/admin"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
	"github.com/autoclaim/autoclaim/internal/testkit/storetest"
	"github.com/autoclaim/autoclaim/internal/testkit/testdb"
)

// cluster is this package's PostgreSQL.
var cluster = testdb.NewCluster()

func TestMain(m *testing.M) {
	status := m.Run()
	cluster.Close()
	os.Exit(status)
}

func each(t *testing.T, test func(t *testing.T, tenant *storetest.Tenant)) {
	t.Helper()
	storetest.Each(t, cluster, func(t *testing.T, url string) {
		test(t, storetest.NewWorld(t, storetest.Open(t, url)).NewTenant(t, "acme"))
	})
}

// events returns the tenant's audit events, latest first.
func events(t *testing.T, tenant *storetest.Tenant) []licensing.AuditEvent {
	t.Helper()

	page, err := tenant.Data().AuditEvents(store.AuditFilter{}).Page(context.Background(), paging.Page{Limit: 1000})
	require.NoError(t, err)

	list := make([]licensing.AuditEvent, len(page.Items))
	for i, item := range page.Items {
		list[i] = item.Value
	}

	return list
}

func TestEachActionThatChangesSomethingRecordsOneEvent(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx, act, actor := context.Background(), tenant.Admin, tenant.Actor
		ann, berlin := "ann", "Europe/Berlin"
		require.NoError(t, act.ImportUsers(ctx, tenant.ID, []licensing.User{{ExternalID: ann}}))

		var (
			subscription licensing.Subscription
			policy       licensing.Policy
			license      licensing.License
			err          error
		)

		ref := func() admin.PolicyRef { return storetest.Ref(policy) }
		user := admin.UserRef{ExternalID: &ann}
		seven, suspended := 7, licensing.SubscriptionSuspended

		for _, step := range []struct {
			action string
			kind   licensing.Kind
			do     func() error
			// again is the code of the refusal if the same action is repeated; "" if it succeeds and changes nothing.
			again licensing.Code
		}{
			{"setAutoClaimEnabled", licensing.KindTenant, func() error { _, err = act.SetAutoClaimEnabled(ctx, actor, false); return err }, ""},
			{"setAutoClaimEnabled", licensing.KindTenant, func() error { _, err = act.SetAutoClaimEnabled(ctx, actor, true); return err }, ""},
			{"updateSettings", licensing.KindTenant, func() error {
				_, err = act.UpdateSettings(ctx, actor, licensing.SettingsUpdate{TimeZone: &berlin})

				return err
			}, ""},
			{"createSubscription", licensing.KindSubscription, func() error {
				_, err = act.CreateSubscription(ctx, actor, tenant.E1.ID, 5, licensing.SubscriptionActive)

				return err
			}, "another"},
			{"createSubscription", licensing.KindSubscription, func() error {
				subscription, err = act.CreateSubscription(ctx, actor, tenant.E3.ID, 5, licensing.SubscriptionActive)

				return err
			}, "another"},
			{"updateSubscription", licensing.KindSubscription, func() error {
				_, err = act.UpdateSubscription(ctx, actor, subscription.ID, admin.SubscriptionUpdate{Quantity: &seven})

				return err
			}, ""},
			{"createPolicy", licensing.KindPolicy, func() error {
				created, err := act.CreatePolicy(ctx, actor, licensing.PolicyDraft{
					Name: "Teams", AppID: tenant.Teams.ID, Products: []licensing.PolicyProduct{{ProductID: tenant.E3.ID}},
				})
				if err == nil {
					policy = created
				}

				return err
			}, licensing.CodeAppHasPolicy},
			{"setPolicyEnabled", licensing.KindPolicy, func() error { _, err = act.SetPolicyEnabled(ctx, actor, ref(), true); return err }, ""},
			{"renamePolicy", licensing.KindPolicy, func() error { _, err = act.RenamePolicy(ctx, actor, ref(), "All"); return err }, ""},
			{"addBackupProduct", licensing.KindPolicy, func() error {
				_, err = act.AddBackupProduct(ctx, actor, ref(), licensing.PolicyProduct{ProductID: tenant.E1.ID})

				return err
			}, licensing.CodeProductDuplicate},
			{"movePolicyProduct", licensing.KindPolicy, func() error {
				_, err = act.MovePolicyProduct(ctx, actor, ref(), tenant.E1.ID, licensing.DirectionUp)

				return err
			}, licensing.CodeCannotMove},
			{"reorderPolicyProducts", licensing.KindPolicy, func() error {
				_, err = act.ReorderPolicyProducts(ctx, actor, ref(), []licensing.ID{tenant.E3.ID, tenant.E1.ID})

				return err
			}, ""},
			{"setAppToggles", licensing.KindPolicy, func() error {
				_, err = act.SetAppToggles(ctx, actor, ref(), []licensing.ToggleChange{{AppID: tenant.Mail.ID}})

				return err
			}, ""},
			{"removePolicyProduct", licensing.KindPolicy, func() error {
				_, err = act.RemovePolicyProduct(ctx, actor, ref(), tenant.E3.ID)

				return err
			}, licensing.CodeProductNotInPolicy},
			{"updatePolicy", licensing.KindPolicy, func() error {
				name := "Everybody"
				_, err = act.UpdatePolicy(ctx, actor, ref(), licensing.PolicyUpdate{Name: &name})

				return err
			}, ""},
			{"deletePolicy", licensing.KindPolicy, func() error { _, err = act.DeletePolicy(ctx, actor, ref()); return err }, licensing.CodeNotFound},
			{"blockUser", licensing.KindUser, func() error { _, err = act.SetBlocked(ctx, actor, user, true); return err }, ""},
			{"unblockUser", licensing.KindUser, func() error { _, err = act.SetBlocked(ctx, actor, user, false); return err }, ""},
			{"assignLicense", licensing.KindLicense, func() error {
				given, err := act.AssignLicense(ctx, actor, user, tenant.E3.ID, nil)
				if err == nil {
					license = given
				}

				return err
			}, licensing.CodeAlreadyLicensed},
			{"removeLicense", licensing.KindLicense, func() error { _, err = act.RemoveLicense(ctx, actor, license.ID, false); return err }, licensing.CodeAlreadyRemoved},
			{"updateSubscription", licensing.KindSubscription, func() error {
				_, err = act.UpdateSubscription(ctx, actor, subscription.ID, admin.SubscriptionUpdate{Status: &suspended})

				return err
			}, ""},
		} {
			tenant.Clock.Advance(time.Second)

			before := len(events(t, tenant))

			require.NoError(t, step.do(), step.action)

			after := events(t, tenant)
			require.Len(t, after, before+1, step.action)

			event := after[0]
			assert.Equal(t, step.action, event.Action)
			assert.Equal(t, step.kind, event.ObjectKind)
			assert.Equal(t, actor.ExternalID, event.Actor)
			assert.Equal(t, actor.RequestID, event.RequestID)
			assert.Equal(t, licensing.Instant(tenant.Clock.Now()), event.At)
			assert.Equal(t, strings.HasPrefix(step.action, "create") || step.action == "assignLicense", event.Before == nil, step.action)
			assert.True(t, json.Valid(event.After), step.action)
			assert.NotEqual(t, string(event.Before), string(event.After), step.action)

			if step.again == "another" {
				continue
			}

			err := step.do()
			if refusal, ok := licensing.AsRefusal(err); ok {
				assert.Equal(t, step.again, refusal.Code, step.action)
			} else {
				require.NoError(t, err, step.action)
				assert.Empty(t, step.again, step.action)
			}

			assert.Len(t, events(t, tenant), before+1, "%s again changed nothing", step.action)
		}
	})
}

func TestTheFeatureSwitchChangesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()

		fresh, err := tenant.Store.CreateTenant(ctx, "fresh", "fresh", tenant.Clock.Now())
		require.NoError(t, err)
		assert.False(t, fresh.AutoClaimEnabled, "off in a new tenant")

		tenant.Buy(t, tenant.E3, 5)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		_, err = tenant.Admin.SetAutoClaimEnabled(ctx, tenant.Actor, false)
		require.NoError(t, err)

		_, err = tenant.Admin.CreatePolicy(ctx, tenant.Actor, licensing.PolicyDraft{
			Name: "Mail", AppID: tenant.Mail.ID, Products: []licensing.PolicyProduct{{ProductID: tenant.E3.ID}},
		})
		refusal, ok := licensing.AsRefusal(err)
		require.True(t, ok)
		assert.Equal(t, licensing.CodeAutoClaimOff, refusal.Code)

		_, err = tenant.Admin.SetAutoClaimEnabled(ctx, tenant.Actor, true)
		require.NoError(t, err)

		same, err := tenant.Data().Policy(ctx, policy.ID)
		require.NoError(t, err)
		assert.True(t, same.SameAs(policy))
		assert.Equal(t, policy.Version, same.Version)
	})
}

func TestAnAppMayHaveANewPolicyAfterTheOldOneIsDeleted(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 5)
		old := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		tenant.Policy(t, "Mail", tenant.Mail, tenant.E3)

		_, err := tenant.Admin.DeletePolicy(ctx, tenant.Actor, storetest.Ref(old))
		require.NoError(t, err)
		tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)

		kept, err := tenant.Data().Policy(ctx, old.ID)
		require.NoError(t, err)
		assert.NotNil(t, kept.DeletedAt)
		assert.Len(t, kept.Products, 1)
	})
}

func TestAnUpdateOfAPolicyIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ctx := context.Background()

		tenant.Buy(t, tenant.E3, 5)
		policy := tenant.Policy(t, "Teams", tenant.Teams, tenant.E3)
		name, off := "Renamed", false

		_, err := tenant.Admin.UpdatePolicy(ctx, tenant.Actor, storetest.Ref(policy), licensing.PolicyUpdate{
			Name: &name, Enabled: &off, Products: []licensing.PolicyProduct{{ProductID: tenant.E3.ID}, {ProductID: tenant.Draw.ID}},
		})
		refusal, ok := licensing.AsRefusal(err)
		require.True(t, ok)
		assert.Equal(t, licensing.CodeProductLacksApp, refusal.Code)

		same, err := tenant.Data().Policy(ctx, policy.ID)
		require.NoError(t, err)
		assert.Equal(t, policy.Version, same.Version)
		assert.True(t, same.SameAs(policy))
	})
}

func TestAUserMustBeNamedInExactlyOneWay(t *testing.T) {
	each(t, func(t *testing.T, tenant *storetest.Tenant) {
		ann, id := "ann", licensing.NewID(tenant.Clock.Now())

		for _, test := range []struct {
			ref  admin.UserRef
			code licensing.Code
			path string
		}{
			{admin.UserRef{}, licensing.CodeInvalidInput, "userId"},
			{admin.UserRef{ID: &id, ExternalID: &ann}, licensing.CodeInvalidInput, "userId"},
			{admin.UserRef{ID: &id}, licensing.CodeNotFound, "userId"},
			{admin.UserRef{ExternalID: &ann}, licensing.CodeNotFound, "userExternalId"},
		} {
			_, err := tenant.Admin.SetBlocked(context.Background(), tenant.Actor, test.ref, false)
			refusal, ok := licensing.AsRefusal(err)
			require.True(t, ok)
			assert.Equal(t, test.code, refusal.Code)
			assert.Equal(t, []string{test.path}, refusal.Path)
		}
	})
}
