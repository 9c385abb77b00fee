package apierror_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

func TestAQueryStringIsReadStrictly(t *testing.T) {
	t.Parallel()

	for query, says := range map[string]string{
		"period=1&period=2":     "period: give this parameter once",
		"period=1&p%65riod=2":   "period: give this parameter once",
		"period=1&text=%zz":     "text: the parameter is malformed",
		"period=1&text=%":       "text: the parameter is malformed",
		"period=1;text=2":       "period: the parameter is malformed",
		"text=%ff":              "text: the parameter is not UTF-8",
		"Period=1":              "Period: there is no such parameter here. Use period, text.",
		"period=1&&text=2":      ": there is no such parameter",
		"&":                     ": there is no such parameter",
		"period=1&":             ": there is no such parameter",
		"per%zziod=1":           "per%zziod: there is no such parameter",
		"period[]=1":            "period[]: there is no such parameter",
		"=1":                    ": there is no such parameter",
		"a\xff\x1b[31m=1":       "a[31m: there is no such parameter",
		"per%00iod=1":           "per%00iod: there is no such parameter",
		"period=1&unknown=text": "unknown: there is no such parameter",
	} {
		_, err := apierror.ReadQuery(query, "period", "text")
		assert.ErrorContains(t, err, says, query)
	}

	read, err := apierror.ReadQuery("text=a%3B+b%26%3D=&period", "period", "text")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"text": "a; b&==", "period": ""}, read)

	read, err = apierror.ReadQuery("", "period")
	require.NoError(t, err)
	assert.Empty(t, read)
}
