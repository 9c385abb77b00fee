package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

const (
	// maxJSONDepth is how deep lists and objects may be nested in a token's header and claims.
	maxJSONDepth = 20
	// latestTime is the latest time that a token may have, in seconds since 1970: the end of the year 9999. Go's times
	// overflow long after it.
	latestTime = 253402300799
)

// readObject reads a JSON object. Names are exact, as RFC 7515 and RFC 7519 require: encoding/json would also accept
// "AUD" for a field "aud". An object with a name twice is refused, since two readers may choose different values.
func readObject(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return nil, errors.New("this is not JSON in UTF-8")
	}

	value, err := readValue(json.NewDecoder(bytes.NewReader(raw)), maxJSONDepth)
	if err != nil {
		return nil, err
	}

	object, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("this is not a JSON object")
	}

	return object, nil
}

// readValue reads one value. It reads token by token, because a decoder that reads whole values keeps the last of two
// members with the same name.
func readValue(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}

	delimiter, nested := token.(json.Delim)

	switch {
	case !nested:
		return token, nil
	case depth == 0:
		return nil, errors.New("the JSON is nested too deeply")
	case delimiter == '{':
		return readMembers(decoder, depth-1)
	default:
		return readElements(decoder, depth-1)
	}
}

func readMembers(decoder *json.Decoder, depth int) (map[string]any, error) {
	object := make(map[string]any)

	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read JSON: %w", err)
		}

		name, _ := token.(string) // Valid JSON has texts as names.
		if _, repeated := object[name]; repeated {
			return nil, errors.New("the JSON has a name twice")
		}

		if object[name], err = readValue(decoder, depth); err != nil {
			return nil, err
		}
	}

	_, err := decoder.Token() // The closing brace.

	return object, err //nolint:wrapcheck // Valid JSON has it.
}

func readElements(decoder *json.Decoder, depth int) ([]any, error) {
	list := []any{}

	for decoder.More() {
		value, err := readValue(decoder, depth)
		if err != nil {
			return nil, err
		}

		list = append(list, value)
	}

	_, err := decoder.Token() // The closing bracket.

	return list, err //nolint:wrapcheck // Valid JSON has it.
}

// timeClaim returns a time of a token in seconds since 1970. ok is false if it is not a time as RFC 7519 defines it. A
// claim that is not there is no time, and is valid.
func timeClaim(claims map[string]any, name string) (at time.Time, present, ok bool) {
	claim, present := claims[name]
	if !present {
		return time.Time{}, false, true
	}

	seconds, ok := claim.(float64)
	if !ok || seconds < 0 || seconds > latestTime {
		return time.Time{}, true, false
	}

	return time.Unix(int64(seconds), 0), true, true
}

// audiences returns the claim aud: a text or a list of texts.
func audiences(claim any) (names []string, ok bool) {
	if name, ok := claim.(string); ok {
		return []string{name}, true
	}

	list, ok := claim.([]any)

	for _, element := range list {
		name, isText := element.(string)
		ok = ok && isText
		names = append(names, name)
	}

	return names, ok
}
