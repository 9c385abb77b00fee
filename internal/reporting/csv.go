package reporting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// csvPage is the number of rows that are in memory at a time. Short pages let others have their turns in between.
	csvPage = 200
	// csvPageTimeout is how long the database may take for a page, and for its turn to be read.
	csvPageTimeout = 20 * time.Second
)

// csvIncomplete is the only cell of the last line of a CSV that breaks off.
const csvIncomplete = "INCOMPLETE: the server could not read the rest of the rows. Download the report again."

// WriteClaimsCSV writes the report's claims as CSV, latest first, while it reads them, so that memory does not grow with
// their number. No connection to the database is in use while it writes. The first line has the names of the columns. The
// column position is 0 for the primary product and 1 to 4 for the backups. Every cell is quoted, and [guarded] against
// spreadsheets that take it for a formula.
//
// It calls flush after each page of rows. It writes nothing before it has read the first page, so the caller can
// still respond with an error. If a later page cannot be read, the last line says that the CSV is incomplete.
func (s *Service) WriteClaimsCSV(ctx context.Context, report Report, format Format, w io.Writer, flush func() error) error {
	return writeCSV(ctx, s, report, csvOf[licensing.Claim]{
		columns: claimColumns(), list: Report.Claims, add: (*rowWriter).addClaims,
	}, format, w, flush)
}

// WriteMissedClaimsCSV writes the report's missed claims as [Service.WriteClaimsCSV] writes its claims.
func (s *Service) WriteMissedClaimsCSV(
	ctx context.Context, report Report, format Format, w io.Writer, flush func() error,
) error {
	return writeCSV(ctx, s, report, csvOf[licensing.MissedClaim]{
		columns: missedClaimColumns(), list: Report.MissedClaims, add: (*rowWriter).addMissedClaims,
	}, format, w, flush)
}

// csvOf describes the CSV of a list.
type csvOf[T any] struct {
	columns []string
	list    func(report Report) paging.List[T]
	// add adds a line for each row of a page.
	add func(w *rowWriter, ctx context.Context, tenant store.Handle, page []paging.Item[T]) error
}

func writeCSV[T any](
	ctx context.Context, s *Service, report Report, kind csvOf[T], format Format, w io.Writer, flush func() error,
) error {
	catalog, err := s.store.Catalog(ctx)
	if err != nil {
		return fmt.Errorf("report as CSV: %w", err)
	}

	rows := &rowWriter{lines: lines{format: format}, catalog: catalog, zone: report.Zone}
	if format.BOM {
		rows.csv = append(rows.csv, byteOrderMark...)
	}

	rows.header(kind.columns)

	for page := (paging.Page{Limit: csvPage}); ; rows.csv = rows.csv[:0] {
		slice, err := readPage(ctx, rows, report, kind, page)

		incomplete := err != nil && page.After != nil
		if incomplete {
			rows.lines = lines{format: format, csv: rows.csv[:0]}
			rows.header([]string{csvIncomplete})
		}

		if err == nil || incomplete {
			_, writeErr := w.Write(rows.csv)
			err = errors.Join(err, writeErr, flush())
		}

		if err != nil {
			return fmt.Errorf("report as CSV: %w", err)
		}

		if !slice.HasNext {
			return nil
		}

		page.After = &slice.Items[len(slice.Items)-1].Cursor
	}
}

// readPage reads a page of rows and adds their lines, all in one turn.
func readPage[T any](
	ctx context.Context, rows *rowWriter, report Report, kind csvOf[T], page paging.Page,
) (slice paging.Slice[T], err error) {
	ctx, cancel := context.WithTimeout(ctx, csvPageTimeout)
	defer cancel()

	err = report.tenant.InTurn(ctx, func(tenant store.Handle) error {
		report.tenant = tenant

		if slice, err = kind.list(report).Page(ctx, page); err != nil {
			return err
		}

		return kind.add(rows, ctx, tenant, slice.Items)
	})

	return slice, err
}
