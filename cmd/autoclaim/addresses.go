package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// hostName matches names of hosts in lower or upper case.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?$`)

// checkAddress refuses what is no HOST:PORT to listen on. An empty host means all addresses, and port 0 a free port.
func checkAddress(text string) error {
	const remedy = "use HOST:PORT, such as 127.0.0.1:8080, with a port from 1 to 65535, or 0 for a free one"

	host, port, err := net.SplitHostPort(text)
	if err != nil || !isPort(port) {
		return errors.New(remedy)
	}

	if _, err := netip.ParseAddr(host); err != nil && host != "" && !hostName.MatchString(host) {
		return errors.New(remedy)
	}

	return nil
}

// isPort says whether a text is a port number. Names of ports and other spellings of numbers are none.
func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)

	return err == nil && strconv.FormatUint(port, 10) == text
}

// checkOrigin refuses what no browser sends as an origin. Origins are compared as text, so it would match nothing.
func checkOrigin(text string) error {
	if text == "*" {
		return nil
	}

	if text == "null" {
		return errors.New("any page can make its origin null: name an origin, such as https://admin.example.com")
	}

	if strings.Contains(text, "*") {
		return errors.New("an origin has no wildcards: name each origin, or use * alone for all")
	}

	origin, err := url.Parse(text)
	if err != nil || origin.Scheme != "https" && origin.Scheme != "http" || origin.Hostname() == "" {
		return errors.New("begin with https:// or http:// and a host, such as https://admin.example.com")
	}

	if origin.User != nil || origin.Path != "" || origin.RawQuery != "" || origin.Fragment != "" ||
		strings.ContainsAny(text, "?#") {
		return fmt.Errorf("an origin ends after host and port: write %s://%s", origin.Scheme, origin.Host)
	}

	return checkOriginHost(text, origin)
}

func checkOriginHost(text string, origin *url.URL) error {
	host, port := origin.Hostname(), origin.Port()
	address, err := netip.ParseAddr(host)

	if err != nil && !hostName.MatchString(host) {
		return errors.New("its host is not valid: write other alphabets in punycode, as browsers do (xn--…)")
	}

	if port == "443" && origin.Scheme == "https" || port == "80" && origin.Scheme == "http" {
		return fmt.Errorf("browsers leave out the default port: write %s://%s", origin.Scheme, strings.TrimSuffix(origin.Host, ":"+port))
	}

	if strings.HasSuffix(origin.Host, ":") || port != "" && (!isPort(port) || port == "0") {
		return errors.New("its port must be a number from 1 to 65535")
	}

	canonical := strings.ToLower(text)
	if err == nil && address.Is6() {
		canonical = strings.Replace(canonical, "["+strings.ToLower(host)+"]", "["+address.String()+"]", 1)
	}

	if canonical != text {
		return fmt.Errorf("browsers write it as %s", canonical)
	}

	return nil
}
