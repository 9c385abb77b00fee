package apierror_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/requestid"
)

func TestTheCauseOfAnInternalErrorIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()

	for name, err := range map[string]error{
		"a resolver's error":               fmt.Errorf("save the policy: %w", errors.New("no space left on device")),
		"an error that gqlgen has wrapped": gqlerror.Wrap(errors.New("no space left on device")),
	} {
		var log bytes.Buffer

		ctx := requestid.With(t.Context(), "request-1")
		shown := apierror.Presenter(slog.New(slog.NewTextHandler(&log, nil)))(ctx, err)

		assert.Contains(t, log.String(), "no space left on device", name)
		assert.Contains(t, log.String(), "request_id=request-1", name)
		assert.NotContains(t, shown.Error(), "no space left", name)
		assert.Equal(t, apierror.CodeInternal, shown.Extensions["code"], name)
		assert.Equal(t, "request-1", shown.Extensions["requestId"], name)
	}
}
