package main

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// checkIssuer refuses what cannot be the name of an OpenID provider (OpenID Connect Discovery 1.0, section 3).
func checkIssuer(text string) error {
	const remedy = "use the provider's https URL, without user, query and fragment, such as https://login.example.com"

	issuer, err := url.Parse(text)
	if err != nil || issuer.Hostname() == "" || issuer.User != nil || strings.ContainsAny(text, "?# ") {
		return errors.New(remedy)
	}

	if issuer.Scheme != "https" && issuer.Scheme != "http" {
		return errors.New("begin with https://")
	}

	return checkURLPort(issuer)
}

// needsHTTPS says whether an issuer's URL is not safe to fetch keys from.
func needsHTTPS(text string) bool {
	issuer, err := url.Parse(text)
	if err != nil {
		return true
	}

	ip := net.ParseIP(issuer.Hostname())
	local := issuer.Hostname() == "localhost" || ip != nil && ip.IsLoopback()

	return issuer.Scheme != "https" && !local
}

func checkURLPort(address *url.URL) error {
	port := address.Port()
	if strings.HasSuffix(address.Host, ":") || port != "" && (!isPort(port) || port == "0") {
		return errors.New("its port must be a number from 1 to 65535")
	}

	return nil
}

// checkKeysURL refuses what cannot be the URL of an issuer's keys. It may have a query.
func checkKeysURL(text string) error {
	address, err := url.Parse(text)
	if err != nil || address.Hostname() == "" || address.User != nil || strings.ContainsAny(text, "# ") {
		return errors.New("use the https URL of the keys, without user and fragment, such as https://login.example.com/keys")
	}

	if address.Scheme != "https" && address.Scheme != "http" || !strings.HasPrefix(text, address.Scheme) {
		return errors.New("begin with https://")
	}

	if ip, err := netip.ParseAddr(address.Hostname()); err == nil && address.Scheme == "http" && !ip.IsPrivate() && !ip.IsLoopback() {
		return errors.New("begin with https://: only private and loopback addresses may have http://")
	}

	return checkURLPort(address)
}
