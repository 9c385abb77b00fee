package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/graph"
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/admission"
	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/reporting"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

// csvWriteTimeout is how long the client may take to read one page of a download.
const csvWriteTimeout = 30 * time.Second

// claimsCSV sends a claim report's claims as CSV. Its parameters are those of the query claimReport and of its
// claims, and its permissions are those of the query.
type claimsCSV struct {
	reporting   *reporting.Service
	requests    admission.Requests
	permissions auth.Permissions
	present     graphql.ErrorPresenterFunc
	logger      *slog.Logger
}

// ServeHTTP implements [http.Handler]. The request must have a caller.
func (c claimsCSV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, ok := auth.CallerFrom(r.Context())
	if !ok || !c.permissions.Allowed(caller.Roles, "Query", "claimReport") {
		apierror.Write(w, r, http.StatusForbidden, apierror.CodeForbidden, "Your roles do not allow you to read reports."+caller.RoleHint())

		return
	}

	leave, refusal := c.requests.Enter(r.Context())
	if refusal != nil {
		refusal.Write(w, r)

		return
	}
	defer leave()

	report, err := c.report(caller.TenantID, r.URL.RawQuery)
	if err != nil {
		apierror.Write(w, r, http.StatusBadRequest, apierror.CodeBadUserInput,
			graphql.DefaultErrorPresenter(r.Context(), err).Message)

		return
	}

	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="claims.csv"`)

	body := &csvBody{ResponseWriter: w, connection: http.NewResponseController(w)}

	switch err := c.reporting.WriteCSV(r.Context(), report, body, body.connection.Flush); {
	case err == nil:
	case body.begun:
		level := slog.LevelError
		if r.Context().Err() != nil { // The client has gone.
			level = slog.LevelInfo
		}

		c.logger.Log(r.Context(), level, "the CSV was not finished",
			"request_id", requestid.From(r.Context()), "error", err)
		// The status has been sent already. The last line says that the CSV is incomplete, and a broken connection tells
		// it to clients that do not read the lines.
		panic(http.ErrAbortHandler)
	default:
		c.reject(w, r, err)
	}
}

// reject responds with an error in place of a CSV.
func (c claimsCSV) reject(w http.ResponseWriter, r *http.Request, err error) {
	shown := c.present(r.Context(), err)
	code, _ := shown.Extensions["code"].(string)

	status := http.StatusServiceUnavailable
	if code == apierror.CodeInternal {
		status = http.StatusInternalServerError
	}

	w.Header().Del("Content-Disposition")
	apierror.SetRetryAfterOf(w, gqlerror.List{shown})
	apierror.Write(w, r, status, code, shown.Message)
}

// csvBody is the body of a download. The whole download has no time limit, but each write has.
type csvBody struct {
	http.ResponseWriter

	connection *http.ResponseController
	begun      bool
}

// Write implements [io.Writer].
func (b *csvBody) Write(p []byte) (int, error) {
	b.begun = true

	if err := b.connection.SetWriteDeadline(time.Now().Add(csvWriteTimeout)); err != nil {
		return 0, fmt.Errorf("set the time limit of a write: %w", err)
	}

	return b.ResponseWriter.Write(p) //nolint:wrapcheck // The caller adds context.
}

// report returns the report that a request's query describes.
func (c claimsCSV) report(tenant licensing.ID, rawQuery string) (reporting.Report, error) {
	parameters, err := apierror.ReadQuery(rawQuery, "period", "policyId", "text")
	if err != nil {
		return reporting.Report{}, err
	}

	period := licensing.DefaultPeriod

	if name, given := parameters["period"]; given {
		if period, err = model.UnmarshalReportPeriod(name); err != nil {
			return reporting.Report{}, fmt.Errorf(
				"period: %q is not a period. Use PAST_1_DAY, PAST_7_DAYS, PAST_30_DAYS or PAST_90_DAYS", apierror.Shorten(name))
		}
	}

	text, err := model.UnmarshalString(parameters["text"])
	if err != nil {
		return reporting.Report{}, err
	}

	var policy *licensing.ID

	if name, given := parameters["policyId"]; given {
		id, err := graph.ParseID(licensing.KindPolicy, name, "policyId")
		if err != nil {
			return reporting.Report{}, err
		}

		policy = &id
	}

	return c.reporting.ClaimReport(tenant, period, policy).Searched(text), nil
}
