package model

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// errOutputOnly is returned for input of a scalar that no argument of the schema has.
var errOutputOnly = errors.New("this scalar is for results only")

// MarshalDate writes a day, such as 2026-03-01.
func MarshalDate(day time.Time) graphql.Marshaler {
	return graphql.MarshalString(day.Format(time.DateOnly))
}

// UnmarshalDate always fails: no argument is a day.
func UnmarshalDate(any) (time.Time, error) { return time.Time{}, errOutputOnly }

// MarshalJSON writes JSON text as it is.
func MarshalJSON(raw []byte) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		if len(raw) == 0 {
			raw = []byte("null")
		}

		_, _ = w.Write(raw) // The client closed the connection.
	})
}

// UnmarshalJSON always fails: no argument is JSON.
func UnmarshalJSON(any) ([]byte, error) { return nil, errOutputOnly }

const (
	periodPrefix = "PAST_"
	dayUnit      = "_DAY"
	daysUnit     = "_DAYS"
)

// MarshalReportPeriod writes a period as the schema's enum value: PAST_1_DAY, PAST_7_DAYS, ...
func MarshalReportPeriod(period licensing.Period) graphql.Marshaler {
	return graphql.MarshalString(periodName(period))
}

func periodName(period licensing.Period) string {
	unit := daysUnit
	if period == 1 {
		unit = dayUnit
	}

	return periodPrefix + strconv.Itoa(int(period)) + unit
}

// UnmarshalReportPeriod reads a period as MarshalReportPeriod writes it.
func UnmarshalReportPeriod(value any) (licensing.Period, error) {
	for _, period := range licensing.Periods() {
		if value == periodName(period) {
			return period, nil
		}
	}

	return 0, fmt.Errorf("%v is not a period", value)
}

// MarshalString writes text.
func MarshalString(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalString reads text. It refuses U+0000, which PostgreSQL cannot store.
func UnmarshalString(value any) (string, error) {
	text, err := graphql.UnmarshalString(value)
	if err != nil {
		return "", err
	}

	if strings.ContainsRune(text, 0) {
		return "", apierror.BadInput("Text must not contain the character U+0000. Take it out.")
	}

	return text, nil
}

// MarshalInt writes a number. One that Int does not hold is written as the largest or the smallest that it holds. No rule
// allows such a number, but a database that an older version filled may have it.
func MarshalInt(number int) graphql.Marshaler {
	return graphql.MarshalInt(max(math.MinInt32, min(number, math.MaxInt32)))
}

// UnmarshalInt reads a number.
func UnmarshalInt(value any) (int, error) { return graphql.UnmarshalInt(value) }
