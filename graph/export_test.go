package graph

import "github.com/autoclaim/autoclaim/internal/licensing"

// SplitID and GlobalID let the fuzz target of ids look inside.
func SplitID(text string) (licensing.Kind, licensing.ID, bool) { return splitID(text) }

// GlobalID writes an id as clients see it.
func GlobalID(kind licensing.Kind, id licensing.ID) string { return globalID(kind, id) }
