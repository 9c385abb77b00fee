package main

import (
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
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
