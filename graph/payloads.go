package graph

import (
	"github.com/autoclaim/autoclaim/graph/model"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// splitRefusal returns the refusal of a use case as user errors. Any other error is returned as an error.
func splitRefusal(err error) ([]model.UserError, error) {
	if err == nil {
		return []model.UserError{}, nil
	}

	refusal, ok := licensing.AsRefusal(err)
	if !ok {
		return nil, err
	}

	path := refusal.Path
	if path == nil {
		path = []string{}
	}

	return []model.UserError{{Code: refusal.Code, Message: refusal.Message, Path: path}}, nil
}

// unlessRefused converts the object that a use case returned. If the use case returned an error, it returns nil.
func unlessRefused[T, N any](object T, err error, convert func(T) N) *N {
	if err != nil {
		return nil
	}

	converted := convert(object)

	return &converted
}
