package server

import (
	"context"
	"fmt"
	"io"
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

// reportCSV sends a list of a claim report as CSV. Its parameters are those of the query claimReport and of its
// lists, and some that say how the file is written. Its permissions are those of the query.
type reportCSV struct {
	// list names the rows in the name of the file.
	list        string
	write       csvWriter
	reporting   *reporting.Service
	requests    admission.Requests
	permissions auth.Permissions
	present     graphql.ErrorPresenterFunc
	logger      *slog.Logger
}

// csvWriter is [reporting.Service.WriteClaimsCSV] or [reporting.Service.WriteMissedClaimsCSV].
type csvWriter func(
	ctx context.Context, report reporting.Report, format reporting.Format, w io.Writer, flush func() error,
) error

// ServeHTTP implements [http.Handler]. The request must have a caller.
func (c reportCSV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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

	wanted, err := readCSVRequest(r.URL.RawQuery)
	if err != nil {
		apierror.Write(w, r, http.StatusBadRequest, apierror.CodeBadUserInput,
			graphql.DefaultErrorPresenter(r.Context(), err).Message)

		return
	}

	report, err := c.reporting.ClaimReport(r.Context(), caller.TenantID, wanted.period, wanted.policyID)
	if err != nil {
		c.reject(w, r, err)

		return
	}

	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", report.Attachment(c.list))

	body := &csvBody{ResponseWriter: w, connection: http.NewResponseController(w)}

	switch err := c.write(r.Context(), report.Searched(wanted.text), wanted.format, body, body.connection.Flush); {
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
func (c reportCSV) reject(w http.ResponseWriter, r *http.Request, err error) {
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

// csvRequest is what the query of a URL asks for.
type csvRequest struct {
	period   licensing.Period
	policyID *licensing.ID
	text     string
	format   reporting.Format
}

func readCSVRequest(rawQuery string) (csvRequest, error) {
	wanted := csvRequest{period: licensing.DefaultPeriod}

	parameters, err := apierror.ReadQuery(rawQuery, "period", "policyId", "text", "bom", "spreadsheet", "separator")
	if err != nil {
		return wanted, err
	}

	if name, given := parameters["period"]; given {
		if wanted.period, err = model.UnmarshalReportPeriod(name); err != nil {
			return wanted, fmt.Errorf(
				"period: %q is not a period. Use PAST_1_DAY, PAST_7_DAYS, PAST_30_DAYS or PAST_90_DAYS", apierror.Shorten(name))
		}
	}

	if wanted.text, err = model.UnmarshalString(parameters["text"]); err != nil {
		return wanted, err
	}

	if name, given := parameters["policyId"]; given {
		id, err := graph.ParseID(licensing.KindPolicy, name, "policyId")
		if err != nil {
			return wanted, err
		}

		wanted.policyID = &id
	}

	wanted.format, err = readCSVFormat(parameters)

	return wanted, err
}

func readCSVFormat(parameters map[string]string) (format reporting.Format, err error) {
	for name, field := range map[string]*bool{"bom": &format.BOM, "spreadsheet": &format.Spreadsheet} {
		value, given := parameters[name]

		switch {
		case value == "true" || value == "1":
			*field = true
		case given && value != "false" && value != "0":
			return format, fmt.Errorf("%s: %q is not a truth value. Use true or false", name, apierror.Shorten(value))
		}
	}

	separators := map[string]reporting.Separator{
		"comma": reporting.Comma, "semicolon": reporting.Semicolon, "tab": reporting.Tab,
	}

	if name, given := parameters["separator"]; given {
		separator, known := separators[name]
		if !known {
			return format, fmt.Errorf("separator: %q is not a separator. Use comma, semicolon or tab", apierror.Shorten(name))
		}

		format.Separator = separator
	}

	return format, nil
}
