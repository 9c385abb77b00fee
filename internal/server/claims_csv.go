package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// csvWriteTimeout is how long the client may take to read one part of a download.
const csvWriteTimeout = 30 * time.Second

// claimsCSV sends a claim report's claims as CSV. Its parameters are those of the query claimReport and of its
// claims, and its permissions are those of the query.
type claimsCSV struct {
	reporting   *reporting.Service
	requests    admission.Requests
	permissions auth.Permissions
	logger      *slog.Logger
}

// ServeHTTP implements [http.Handler]. The request must have a caller.
func (c claimsCSV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, ok := auth.CallerFrom(r.Context())
	if !ok || !c.permissions.Allowed(caller.Roles, "Query", "claimReport") {
		apierror.Write(w, r, http.StatusForbidden, apierror.CodeForbidden, "Your roles do not allow you to read reports.")

		return
	}

	leave, refusal := c.requests.Enter(r.Context())
	if refusal != nil {
		refusal.Write(w, r)

		return
	}
	defer leave()

	report, err := c.report(caller.TenantID, r.URL.Query())
	if err != nil {
		apierror.Write(w, r, http.StatusBadRequest, apierror.CodeBadUserInput,
			graphql.DefaultErrorPresenter(r.Context(), err).Message)

		return
	}

	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="claims.csv"`)

	// The whole download has no time limit, but each part of it has.
	connection := http.NewResponseController(w)
	flush := func() error {
		return errors.Join(connection.SetWriteDeadline(time.Now().Add(csvWriteTimeout)), connection.Flush())
	}

	if err := c.reporting.WriteCSV(r.Context(), report, w, flush); err != nil {
		c.logger.ErrorContext(r.Context(), "the CSV was not finished",
			"request_id", requestid.From(r.Context()), "error", err)
		// The status has been sent already. A broken connection tells the client that the CSV is incomplete.
		panic(http.ErrAbortHandler)
	}
}

// report returns the report that a request's parameters describe.
func (c claimsCSV) report(tenant licensing.ID, parameters url.Values) (reporting.Report, error) {
	period := licensing.DefaultPeriod

	if name := parameters.Get("period"); name != "" {
		var err error
		if period, err = model.UnmarshalReportPeriod(name); err != nil {
			return reporting.Report{}, fmt.Errorf(
				"period: %q is not a period. Use PAST_1_DAY, PAST_7_DAYS, PAST_30_DAYS or PAST_90_DAYS", apierror.Shorten(name))
		}
	}

	text, err := model.UnmarshalString(parameters.Get("text"))
	if err != nil {
		return reporting.Report{}, err
	}

	var policy *licensing.ID

	if parameters.Has("policyId") {
		id, err := graph.ParseID(licensing.KindPolicy, parameters.Get("policyId"), "policyId")
		if err != nil {
			return reporting.Report{}, err
		}

		policy = &id
	}

	return c.reporting.ClaimReport(tenant, period, policy).Searched(text), nil
}
