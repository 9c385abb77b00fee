package graph

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// ClaimsCSVPath is where a claim report is to be had as CSV.
const ClaimsCSVPath = "/reports/claims.csv"

const csvPartTimeout = 30 * time.Second

// ClaimsCSV returns the handler of [ClaimsCSVPath]. Its parameters are those of the query claimReport and of
// its claims, and its permissions are those of the query. Its requests must carry a [Caller]. fail writes an error in the shape that
// the server's other errors have.
func (r *Resolver) ClaimsCSV(fail func(w http.ResponseWriter, req *http.Request, status int, code, message string)) http.Handler {
	permissions := auth.NewPermissions()

	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		caller, ok := callerFrom(req.Context())
		if !ok || !permissions.Allowed(caller.Roles, "Query", "claimReport") {
			fail(w, req, http.StatusForbidden, CodeForbidden, "Your roles do not let you read reports.")

			return
		}

		if !admitted(w, req, r.Admit) {
			fail(w, req, http.StatusTooManyRequests, CodeRateLimited, errRateLimited().Message)

			return
		}

		giveBack, ok := takePlace(w, req, r.Places)
		if !ok {
			fail(w, req, http.StatusServiceUnavailable, CodeOverloaded, errOverloaded().Message)

			return
		}
		defer giveBack()

		report, err := r.reportAsked(caller.TenantID, req.URL.Query())
		if err != nil {
			fail(w, req, http.StatusBadRequest, CodeBadUserInput, graphql.DefaultErrorPresenter(req.Context(), err).Message)

			return
		}

		w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
		w.Header().Set("Content-Disposition", `attachment; filename="claims.csv"`)

		// A download may take any time, but no part of it longer than this.
		connection := http.NewResponseController(w)
		flush := func() error {
			return errors.Join(connection.SetWriteDeadline(time.Now().Add(csvPartTimeout)), connection.Flush())
		}

		if err := r.Reporting.WriteCSV(req.Context(), report, w, flush); err != nil {
			r.Logger.ErrorContext(req.Context(), "the CSV was not finished",
				"request_id", requestid.From(req.Context()), "error", err)
			// The status is sent already; a broken connection is how the client learns of it.
			panic(http.ErrAbortHandler)
		}
	})
}

// reportAsked is the report that a request's parameters describe.
func (r *Resolver) reportAsked(tenant licensing.ID, parameters url.Values) (reporting.Report, error) {
	period := licensing.DefaultPeriod

	if name := parameters.Get("period"); name != "" {
		var err error
		if period, err = UnmarshalReportPeriod(name); err != nil {
			return reporting.Report{}, fmt.Errorf(
				"period: %q is not a period. Use PAST_1_DAY, PAST_7_DAYS, PAST_30_DAYS or PAST_90_DAYS", shorten(name))
		}
	}

	text, err := UnmarshalString(parameters.Get("text"))
	if err != nil {
		return reporting.Report{}, err
	}

	var policy *licensing.ID

	if parameters.Has("policyId") {
		id, err := parseID(licensing.KindPolicy, parameters.Get("policyId"), "policyId")
		if err != nil {
			return reporting.Report{}, err
		}

		policy = &id
	}

	return r.Reporting.ClaimReport(tenant, period, policy).Searched(text), nil
}
