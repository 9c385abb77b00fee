package model

// Convert returns the converted items of a list.
func Convert[A, B any](items []A, one func(A) B) []B {
	converted := make([]B, len(items))
	for i, item := range items {
		converted[i] = one(item)
	}

	return converted
}
