package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// numericEnd matches hosts that browsers read as an IPv4 address, such as 127.1 and 0x7f000001.
var numericEnd = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)\.?$`)

// checkOrigin refuses what no browser sends as an origin. Origins are compared as text, so it would match nothing.
func checkOrigin(text string) error {
	if text == "*" {
		return nil
	}

	if strings.EqualFold(text, "null") {
		return errors.New("any page can make its origin null: name an origin, such as https://admin.example.com")
	}

	if strings.Contains(text, "*") {
		return errors.New("an origin has no wildcards: name each origin, or use * alone for all")
	}

	parsed, err := parseWebURL(text)
	if err != nil {
		return errors.New("begin with https:// or http:// and a host, such as https://admin.example.com")
	}

	origin, err := originOf(parsed)

	switch {
	case err != nil:
		return err
	case parsed.User != nil || parsed.Path != "" || strings.ContainsAny(text, "?#"):
		return fmt.Errorf("an origin ends after host and port: write %s", origin)
	case origin != text:
		return fmt.Errorf("browsers write it as %s", origin)
	default:
		return nil
	}
}

// parseWebURL parses a URL of a web page.
func parseWebURL(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Hostname() == "" {
		return nil, errors.New("it is no http or https URL with a host")
	}

	return parsed, nil
}

// originOf returns the origin of a URL as browsers write it: in lower case, without the default port.
func originOf(page *url.URL) (string, error) {
	host, err := browserHost(page)
	if err != nil {
		return "", err
	}

	port := page.Port()
	if strings.HasSuffix(page.Host, ":") || port != "" && (!isPort(port) || port == "0") {
		return "", errors.New("its port must be a number from 1 to 65535")
	}

	if port != "" && !isDefaultPort(page.Scheme, port) {
		host += ":" + port
	}

	return page.Scheme + "://" + host, nil
}

func isDefaultPort(scheme, port string) bool {
	return scheme == "https" && port == "443" || scheme == "http" && port == "80"
}

// browserHost returns the host of a URL as browsers write it, without a port.
func browserHost(page *url.URL) (string, error) {
	host := strings.ToLower(page.Hostname())
	address, err := netip.ParseAddr(host)

	switch {
	case err == nil && address.Zone() != "":
		return "", errors.New("browsers cannot open addresses with a zone: leave it out")
	case err == nil && address.Is4In6():
		bytes := address.As16()

		return fmt.Sprintf("[::ffff:%x:%x]", int(bytes[12])<<8|int(bytes[13]), int(bytes[14])<<8|int(bytes[15])), nil
	case err == nil && address.Is6():
		return "[" + address.String() + "]", nil
	case err != nil && numericEnd.MatchString(host):
		return "", errors.New("browsers read its host as an IPv4 address: write it as four decimal numbers, such as 192.0.2.1")
	case err != nil && !hostName.MatchString(host):
		return "", errors.New("its host is not valid: write other alphabets in punycode, as browsers do (xn--…)")
	default:
		return host, nil
	}
}
