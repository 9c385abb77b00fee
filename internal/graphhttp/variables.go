package graphhttp

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
)

const (
	// maxValues is how many values all variables of an operation may have together.
	maxValues = 10_000
	// maxValueDepth is how deep lists and objects in a variable may be nested.
	maxValueDepth = 20
)

// decodeVariables decodes those variables that the operation declares. All others are skipped: they take no memory.
func decodeVariables(object []byte, declared ast.VariableDefinitionList) (map[string]any, *gqlerror.Error) {
	if len(object) == 0 || len(declared) == 0 {
		return nil, nil
	}

	var (
		decoded = make(map[string]any, min(len(declared), maxMembers))
		values  int
		refusal *gqlerror.Error
	)

	err := eachMember(object, func(name string, value []byte) error {
		if declared.ForName(name) == nil {
			return nil
		}

		count, depth := extent(value)
		values += count

		switch _, twice := decoded[name]; {
		case twice:
			refusal = invalidVariables("variables.%s: give this variable once.", apierror.Shorten(name))
		case values > maxValues:
			refusal = invalidVariables("variables.%s: the variables have more than %d values. Send fewer in one operation.",
				apierror.Shorten(name), maxValues)
		case depth > maxValueDepth:
			refusal = invalidVariables("variables.%s: it has %d levels of lists and objects; at most %d are allowed. Nest less.",
				apierror.Shorten(name), depth, maxValueDepth)
		}

		if refusal != nil {
			return refusal
		}

		decoder := json.NewDecoder(bytes.NewReader(value))
		decoder.UseNumber()

		var variable any
		if err := decoder.Decode(&variable); err != nil {
			return err
		}

		decoded[name] = variable

		return nil
	})

	switch {
	case refusal != nil:
		return nil, refusal
	case errors.Is(err, errTooManyMembers):
		return nil, invalidVariables("variables: more than %d are given. Send only those that the operation declares.", maxMembers)
	case err != nil:
		return nil, invalidVariables("variables: they are not a JSON object.")
	default:
		return decoded, nil
	}
}

func invalidVariables(format string, args ...any) *gqlerror.Error {
	return apierror.New(apierror.CodeValidationFailed, format, args...)
}
