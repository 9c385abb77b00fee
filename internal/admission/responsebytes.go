package admission

import "github.com/vektah/gqlparser/v2/ast"

const (
	// stringBytes and valueBytes are the sizes of texts and other values, with quotes, if the schema does not say
	// otherwise by @size. Most texts are names of at most 100 characters.
	stringBytes = 256
	valueBytes  = 48
	// leavesInList is how many values a list of leaves has: the roles of a caller, the parts of a path.
	leavesInList = 4
	// echo is how much longer an argument can get in a value that has it: "%20" for a space.
	echo = 3
)

// introspectionLists are the average lengths of lists in the schema's description of itself.
//
//nolint:gochecknoglobals // It is never changed.
var introspectionLists = map[string]int{
	"types": 120, "fields": 4, "args": 2, "inputFields": 3, "enumValues": 3, "directives": 8,
}

// leafBytes returns an upper estimate of a leaf's value in a response.
func (w *costWalk) leafBytes(field *ast.Field) int {
	definition := field.Definition

	bytes := directiveInt(definition, "size", "bytes")
	if bytes == 0 {
		bytes = valueBytes

		if definition.Type.Name() == "String" && field.Name != "__typename" {
			bytes = stringBytes
		}
	}

	if definition.Type.Elem != nil {
		bytes *= leavesInList
	}

	for _, argument := range field.Arguments {
		if text, ok := w.argument(field, argument.Name).(string); ok {
			bytes = addSaturating(bytes, multiplySaturating(echo, len(text)))
		}
	}

	return bytes
}
