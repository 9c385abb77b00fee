// Package claiming answers claims: requests for a license of users who sign in to an app.
//
// Nearly all claims are for users who have their license already; one indexed read answers them. A claim that
// needs a license joins the next batch of its policy: one transaction for all claims that wait for it.
package claiming

import (
	"context"
	"log/slog"
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

// ErrOverloaded says that too many claims are waiting. The caller should try again after a moment.
var ErrOverloaded = coalesce.ErrOverloaded

// ErrClosed says that the server is shutting down.
var ErrClosed = coalesce.ErrClosed

// Answer is the answer to a claim.
type Answer struct {
	Outcome licensing.Outcome
	// App is the app that the user signs in to.
	App licensing.App
	// License lets the user in to the app; nil unless the outcome is CLAIMED or ALREADY_LICENSED.
	License *licensing.License
	// Product is the product of License, and nil without one. It is shared: callers must not change it.
	Product *licensing.Product
	// Message is for the user to read.
	Message string

	// The rest is for the log.

	userID licensing.ID      // The zero id if the tenant does not know the user.
	policy *licensing.Policy // The app's policy, or nil.
	batch  *batch            // Nil if the claim needed none.
}

// Service answers claims. It is safe for concurrent use.
type Service struct {
	store    *store.Store
	now      func() time.Time
	logger   *slog.Logger
	batches  *coalesce.Batcher[batchKey, licensing.Person, batchDecision]
	signIns  *signInRecorder
	answered func(outcome licensing.Outcome, err error, batched bool, took time.Duration)
	policies policyCache
}

// New returns a service. Close it to end its goroutines.
func New(db *store.Store, now func() time.Time, logger *slog.Logger, options ...Option) *Service {
	s := &Service{store: db, now: now, logger: logger, policies: policyCache{tenants: make(map[licensing.ID]tenantPolicies)}}
	// One batch of a policy at a time: a second one would only wait for the row locks of the first.
	s.batches = coalesce.New(
		coalesce.Limits{Batch: maxBatch, Waiting: maxWaiting, Parallel: 1, Timeout: batchTimeout}, s.claimBatch)
	s.signIns = newSignInRecorder(db, logger)

	for _, option := range options {
		option(s)
	}

	return s
}

// Close waits for the claims in progress, and stores the last sign-ins. Later claims get [ErrClosed].
func (s *Service) Close() {
	s.batches.Close()
	s.signIns.close()
}

// Claim answers the claim of a user who signs in to an app. The user is named by external id, the app by code or vendor id.
// Claim refuses an unknown app and a malformed external id.
//
// The answer takes into account every change that any server committed before Claim was called. A license of
// CLAIMED is committed before Claim returns. If ctx ends earlier, the user may still have got the license; then
// the next call returns it.
func (s *Service) Claim(ctx context.Context, tenant licensing.ID, externalID, app string) (Answer, error) {
	return s.ClaimFor(ctx, tenant, licensing.Person{ExternalID: externalID}, app)
}

// ClaimFor is [Service.Claim] for a user whose name and email the caller may know. They are stored, with the first claim or
// soon after the answer, if they can be stored and are not stored already: see [licensing.Person.Presentable].
func (s *Service) ClaimFor(ctx context.Context, tenant licensing.ID, person licensing.Person, app string) (Answer, error) {
	began := time.Now()
	answer, err := s.answer(ctx, tenant, person, app)

	if s.answered != nil {
		s.answered(answer.Outcome, err, answer.batch != nil, time.Since(began))
	}

	if err == nil {
		s.log(ctx, tenant, answer)
	}

	return answer, err
}

func (s *Service) answer(
	ctx context.Context, tenant licensing.ID, person licensing.Person, appName string,
) (Answer, error) {
	if err := licensing.CheckExternalID(person.ExternalID); err != nil {
		return Answer{}, err
	}

	state, err := s.store.ClaimantState(ctx, tenant, person.ExternalID)
	if err != nil {
		return Answer{}, err
	}

	catalog, err := s.store.CatalogSince(ctx, state.CatalogVersion)
	if err != nil {
		return Answer{}, err
	}

	app, err := catalog.FindApp(appName)
	if err != nil {
		return Answer{}, err
	}

	policies, err := s.policies.atLeast(ctx, s.store.ForSignIns(tenant), state.ConfigVersion)
	if err != nil {
		return Answer{}, err
	}

	policy := policies.byApp[app.ID]
	terms := licensing.ClaimTerms{
		Catalog: catalog, AppID: app.ID, AutoClaimEnabled: state.AutoClaimEnabled, Policy: policy,
	}

	decision, settled := terms.Settle(state.Claimant())
	if settled {
		s.signIns.note(tenant, person, state.User, s.now())

		return newAnswer(batchDecision{Decision: decision}, app, policy, catalog), nil
	}

	// The batch stores the time of the sign-in with the claim, and the name and the email of a new user.
	decided, err := s.batches.Do(ctx, batchKey{tenant: tenant, policy: policy.ID, app: app.ID}, person.Presentable())
	if err != nil {
		return Answer{}, err
	}

	if state.User != nil && renames(person, *state.User) {
		s.signIns.note(tenant, person, state.User, s.now())
	}

	return newAnswer(decided, app, policy, catalog), nil
}

func newAnswer(
	decided batchDecision, app licensing.App, policy *licensing.Policy, catalog *licensing.Catalog,
) Answer {
	answer := Answer{
		Outcome: decided.Outcome, App: app, License: decided.License,
		userID: decided.UserID, policy: policy, batch: decided.batch,
	}

	productName := ""

	if answer.License != nil {
		if answer.Product = catalog.ProductAt(answer.License.ProductID); answer.Product != nil {
			productName = answer.Product.Name
		}
	}

	answer.Message = answer.Outcome.Message(app.Name, productName)

	return answer
}
