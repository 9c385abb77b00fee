package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// valueRange is a range of numbers or durations. Both ends belong to it.
type valueRange struct {
	of          reflect.Type
	least, most string
	// orZero says that 0 is allowed too.
	orZero bool
}

// parseRange reads the tag range of a value of a type, such as 1..1000, 100ms..10m, or 0,10..1000.
func parseRange(of reflect.Type, text string) (valueRange, error) {
	limits, orZero := strings.CutPrefix(text, "0,")

	least, most, ok := strings.Cut(limits, "..")
	r := valueRange{of: of, least: least, most: most, orZero: orZero}

	low, lowErr := parseNumber(of, least)
	high, highErr := parseNumber(of, most)

	if !ok || lowErr != nil || highErr != nil || low > high {
		return r, fmt.Errorf("the tag range is %q: write it as LEAST..MOST", text)
	}

	return r, nil
}

// check refuses a text that is not in the range.
func (r valueRange) check(text string) error {
	low, _ := parseNumber(r.of, r.least) // parseRange has checked both.
	high, _ := parseNumber(r.of, r.most)

	number, err := parseNumber(r.of, text)
	if err != nil || (number < low || number > high) && !(r.orZero && number == 0) {
		return fmt.Errorf("use %s", r)
	}

	return nil
}

// String describes the range, such as "a whole number from 1 to 10".
func (r valueRange) String() string {
	what := map[bool]string{true: "a whole number", false: "a number"}[r.of.Kind() != reflect.Float64]

	example := ""
	if r.of == reflect.TypeFor[time.Duration]() {
		what, example = "a time with its unit", ", such as 90s"
	}

	zero := ""
	if r.orZero {
		zero = "0, or "
	}

	return fmt.Sprintf("%s%s from %s to %s%s", zero, what, r.least, r.most, example)
}

// help returns the sentence about the range in the help.
func (r valueRange) help() string {
	zero := ""
	if r.orZero {
		zero = "0, or "
	}

	text := fmt.Sprintf("%sfrom %s to %s.", zero, r.least, r.most)

	return strings.ToUpper(text[:1]) + text[1:]
}

// Numbers are written in one way only. Go would also read 010 as 8, 1e3 as 1000, and NaN and Inf as numbers that no
// other number reaches.
var (
	wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	number      = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
)

// parseNumber reads a number or a duration. All that ranges need fits into a float64.
func parseNumber(of reflect.Type, text string) (float64, error) {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		duration, err := time.ParseDuration(text)

		return float64(duration), err
	case of.Kind() == reflect.Float64:
		if !number.MatchString(text) {
			return 0, errors.New("not a number")
		}

		return strconv.ParseFloat(text, 64)
	}

	if !wholeNumber.MatchString(text) {
		return 0, errors.New("not a whole number")
	}

	whole, err := strconv.ParseInt(text, 10, of.Bits())

	return float64(whole), err
}
