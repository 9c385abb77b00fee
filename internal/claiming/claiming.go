// Package claiming answers claims: users who sign in and may be given a license.
//
// Nearly all claims are for users who have their license already; one indexed read answers them. A
// claim that needs a license joins the batch of its policy, which is one transaction for all that wait.
package claiming

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/autoclaim/autoclaim/internal/coalesce"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// maxBatch bounds how long a batch holds the locks of its pools.
	maxBatch = 256
	// maxWaiting bounds the memory that waiting claims take: 4,096 claims for one policy.
	maxWaiting = 4096
	// batchTimeout ends a batch that the database keeps waiting, if its callers still wait for it.
	batchTimeout = 10 * time.Second
)

// batchKey is what the claims of a batch have in common.
type batchKey struct {
	tenant, policy, app licensing.ID
}

// ErrOverloaded says that too many claims wait already. The caller should try again after a moment.
var ErrOverloaded = coalesce.ErrOverloaded

// ErrClosed says that the server is shutting down.
var ErrClosed = coalesce.ErrClosed

// Answer is what became of a claim.
type Answer struct {
	Outcome licensing.Outcome
	// License lets the user in to the app; nil unless the outcome is CLAIMED or ALREADY_LICENSED.
	License *licensing.License
	// Message is for the user to read.
	Message string
}

// Service answers claims. It is safe for concurrent use.
type Service struct {
	store       *store.Store
	now         func() time.Time
	logger      *slog.Logger
	batches     *coalesce.Batcher[batchKey, string, batched]
	signInTimes *signInTimeRecorder
	answered    func(outcome licensing.Outcome, err error, batched bool, took time.Duration)
	policies    policyMemory
}

// New returns a service. Close it to end its goroutines.
func New(db *store.Store, now func() time.Time, logger *slog.Logger, options ...Option) *Service {
	s := &Service{store: db, now: now, logger: logger, policies: policyMemory{tenants: make(map[licensing.ID]tenantPolicies)}}
	// One batch of a policy at a time: a second would only wait for the locks of the first.
	s.batches = coalesce.New(
		coalesce.Limits{Batch: maxBatch, Waiting: maxWaiting, Parallel: 1, Timeout: batchTimeout}, s.claimBatch)
	s.signInTimes = newSignInTimeRecorder(db, logger)

	for _, option := range options {
		option(s)
	}

	return s
}

// Close lets claims that wait finish and notes the last sign-ins. Later claims get [ErrClosed].
func (s *Service) Close() {
	s.batches.Close()
	s.signInTimes.close()
}

// Claim answers the sign-in of a user, named by the external id, to an app, named by its code or vendor
// id. It refuses an unknown app and a malformed external id. Its answer takes into account every change
// that was committed, by whatever server, before Claim was called. An answer CLAIMED was committed
// before Claim returns; if ctx ends earlier, the user may have got the license all the same, and the
// next call says so.
func (s *Service) Claim(ctx context.Context, tenant licensing.ID, externalID, app string) (Answer, error) {
	var way course

	began := time.Now()
	answer, err := s.claim(ctx, tenant, externalID, app, &way)
	s.answeredAs(ctx, tenant, way, answer, err, time.Since(began))

	return answer, err
}

// claim answers a claim and notes its course.
func (s *Service) claim(
	ctx context.Context, tenant licensing.ID, externalID, app string, way *course,
) (Answer, error) {
	if err := licensing.CheckExternalID(externalID); err != nil {
		return Answer{}, err
	}

	state, err := s.store.ClaimantState(ctx, tenant, externalID)
	if err != nil {
		return Answer{}, err
	}

	catalog, err := s.store.CatalogSince(ctx, state.CatalogVersion)
	if err != nil {
		return Answer{}, err
	}

	wanted, err := catalog.FindApp(app)
	if err != nil {
		return Answer{}, err
	}

	policies, err := s.policies.since(ctx, s.store.For(tenant), state.ConfigVersion)
	if err != nil {
		return Answer{}, err
	}

	policy := policies.byApp[wanted.ID]
	terms := licensing.ClaimTerms{
		Catalog: catalog, AppID: wanted.ID, AutoClaimEnabled: state.AutoClaimEnabled, Policy: policy,
	}
	way.found(wanted, state.User, policy)

	decision, settled := terms.Settle(claimant(state.User, state.Licenses))
	if settled {
		s.signInTimes.note(tenant, externalID, state.User, s.now())
	} else { // The batch notes the sign-in with the claim.
		together, err := s.batches.Do(ctx, batchKey{tenant: tenant, policy: policy.ID, app: wanted.ID}, externalID)
		if err != nil {
			return Answer{}, err
		}

		decision, way.user, way.batch = together.Decision, &together.user, together.batch
	}

	return answer(decision, wanted, catalog), nil
}

func claimant(user *licensing.User, licenses []licensing.License) licensing.Claimant {
	if user == nil {
		return licensing.Claimant{}
	}

	return licensing.Claimant{UserID: user.ID, Blocked: user.Blocked(), Licenses: licenses}
}

func answer(decision licensing.Decision, app licensing.App, catalog *licensing.Catalog) Answer {
	var product licensing.Product
	if decision.License != nil {
		product, _ = catalog.Product(decision.License.ProductID)
	}

	return Answer{
		Outcome: decision.Outcome,
		License: decision.License,
		Message: decision.Outcome.Message(app.Name, product.Name),
	}
}

// policyMemory keeps each tenant's live policies as long as its configuration's version stays.
type policyMemory struct {
	mu      sync.Mutex
	tenants map[licensing.ID]tenantPolicies
}

type tenantPolicies struct {
	version int64
	byApp   map[licensing.ID]*licensing.Policy
}

// since returns the tenant's policies as they were at this version of the configuration or later. They are
// shared: nobody may change them.
func (m *policyMemory) since(ctx context.Context, tenant store.Handle, version int64) (tenantPolicies, error) {
	m.mu.Lock()
	known, ok := m.tenants[tenant.TenantID()]
	m.mu.Unlock()

	if ok && known.version >= version {
		return known, nil
	}

	policies, err := tenant.Policies(ctx)
	if err != nil {
		return tenantPolicies{}, err
	}

	// What was just read may be newer than the version says; then it is read once more than necessary.
	fresh := tenantPolicies{version: version, byApp: make(map[licensing.ID]*licensing.Policy, len(policies))}
	for i := range policies {
		fresh.byApp[policies[i].AppID] = &policies[i]
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if m.tenants[tenant.TenantID()].version < version {
		m.tenants[tenant.TenantID()] = fresh
	}

	return fresh, nil
}
