package postgres

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// CheckURL refuses a URL that is no postgres:// URL or that can be read in two ways: if a part of the password were
// taken for the host, it would be sent to the name server and shown in messages. The error has no part of the URL.
func CheckURL(text string) error {
	rest, ok := strings.CutPrefix(text, "postgres://")
	if !ok {
		rest, ok = strings.CutPrefix(text, "postgresql://")
	}

	if !ok {
		return errors.New("write it as postgres://USER:PASSWORD@HOST/NAME or sqlite:FILE")
	}

	beforeQuery, query, _ := strings.Cut(rest, "?")
	authority, _, _ := strings.Cut(beforeQuery, "/")
	user, hosts, hasUser := strings.Cut(authority, "@")

	switch {
	case strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return errors.New("it has white space or control characters: remove them, or write them as %20 and so on")
	case strings.Contains(rest, "#") || strings.Count(rest, "@") > strings.Count(authority, "@") || strings.Contains(hosts, "@"):
		return errors.New("where the user, the password and the host end is not clear: percent-encode the user and the password: " +
			"write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25")
	case control.MatchString(rest):
		return errors.New("it has control characters, such as %00 or %0A: remove them")
	case !escaped(rest):
		return errors.New("a % is not followed by two hexadecimal digits: write % itself as %25")
	}

	if !hasUser {
		hosts = authority
	}

	if err := checkHosts(hosts); err != nil {
		return err
	}

	return checkParameters(query, strings.Contains(user, ":"))
}

var (
	escape  = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	control = regexp.MustCompile(`%([01][0-9A-Fa-f]|7[Ff])`)
	// host matches a name, an IPv4 address, the escaped directory of a socket, or an IPv6 address, and a port.
	host = regexp.MustCompile(`^([A-Za-z0-9._~%-]*|\[[0-9A-Fa-f:.%]+\])(:[0-9]*)?$`)
)

func escaped(text string) bool {
	return len(escape.FindAllString(text, -1)) == strings.Count(text, "%")
}

func checkHosts(hosts string) error {
	for address := range strings.SplitSeq(hosts, ",") {
		parts := host.FindStringSubmatch(address)
		if parts == nil {
			return errors.New("the host is not valid: write it as HOST, HOST:PORT or [IPV6]:PORT, and several with commas")
		}

		if err := checkPort(strings.TrimPrefix(parts[2], ":")); err != nil {
			return err
		}
	}

	return nil
}

func checkPort(text string) error {
	if port, err := strconv.ParseUint(text, 10, 16); text != "" && (err != nil || port == 0) {
		return errors.New("the port must be a number from 1 to 65535")
	}

	return nil
}

var parameterName = regexp.MustCompile(`^[a-z_][a-z0-9_.]*$`)

// mayStandNextToPassword says whether a parameter is known. Another one could be a part of the password, behind an &.
func mayStandNextToPassword(parameter string) bool {
	return slices.Contains([]string{
		"application_name", "channel_binding", "connect_timeout", "database", "dbname", "default_query_exec_mode",
		"description_cache_capacity", "host", "krbspn", "krbsrvname", "lock_timeout", "max_protocol_version",
		"min_protocol_version", "options", "passfile", "password", "port", "require_auth", "search_path", "service",
		"servicefile", "ssl", "sslcert", "sslcertmode", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert",
		"sslsni", "statement_cache_capacity", "statement_timeout", "target_session_attrs", "timezone", "user",
	}, parameter)
}

func checkParameters(query string, hasPassword bool) error {
	var names []string

	for pair := range strings.SplitSeq(query, "&") {
		if query == "" {
			break
		}

		name, value, ok := strings.Cut(pair, "=")
		if !ok || strings.Contains(value, "=") || !parameterName.MatchString(name) {
			return errors.New("a parameter after the ? is not valid: write NAME=VALUE, with & between two of them; " +
				"in a value write & as %26 and = as %3D")
		}

		if slices.Contains(names, name) {
			return errors.New("a parameter after the ? is given twice: give it once")
		}

		names = append(names, name)
	}

	if !slices.Contains(names, "password") && !slices.Contains(names, "sslpassword") {
		return nil
	}

	if hasPassword && slices.Contains(names, "password") {
		return errors.New("the password is given twice: give it before the @ or as a parameter")
	}

	for _, name := range names {
		if !mayStandNextToPassword(name) {
			return errors.New("it has an unknown parameter next to the password: if it is a part of the password, percent-encode it: " +
				"write & as %26 and = as %3D; otherwise give the password before the @")
		}
	}

	return nil
}

// parseConfig returns the settings that a URL and the environment name. Its error has no part of a password.
func parseConfig(text string) (*pgx.ConnConfig, error) {
	if err := CheckURL(text); err != nil {
		return nil, err
	}

	config, err := pgx.ParseConfig(text)
	if failure, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		// Its text begins with the URL, in which pgx may not find the password. A URL that passed has no such mark.
		_, reason, _ := strings.Cut(failure.Error(), "`: ")

		return nil, fmt.Errorf("read the URL and PostgreSQL's environment variables: %s", reason)
	}

	if err != nil {
		return nil, fmt.Errorf("read the URL: %w", err)
	}

	maps.Copy(config.RuntimeParams, startParameters())

	// Files of secrets, and what is read from them, often end with a newline.
	for _, text := range []*string{&config.Password, &config.User, &config.Database} {
		*text = strings.TrimSuffix(strings.TrimSuffix(*text, "\n"), "\r")
	}

	if strings.ContainsFunc(config.Host+config.User+config.Database, unicode.IsControl) {
		return nil, errors.New("the host, the user or the database has a line break or another control character: " +
			"remove it from the URL, PGHOST, PGUSER, PGDATABASE or the service file")
	}

	if strings.ContainsFunc(config.Password, unicode.IsControl) {
		return nil, errors.New("the password has a line break or another control character: " +
			"remove it from the URL, PGPASSWORD, the password file or the service file")
	}

	return config, nil
}
