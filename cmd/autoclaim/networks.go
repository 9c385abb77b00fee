package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// parseNetwork reads an address or a range of addresses, such as 10.0.0.0/8.
func parseNetwork(text string) (netip.Prefix, error) {
	const remedy = "use an IP address or a range, such as 10.1.2.3 or 10.0.0.0/8"

	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)

		switch {
		case err != nil:
			return netip.Prefix{}, errors.New(remedy)
		case address.Zone() != "":
			return netip.Prefix{}, errors.New("an address of a proxy has no zone: leave it out")
		}

		address = address.Unmap()

		return netip.PrefixFrom(address, address.BitLen()), nil
	}

	network, err := netip.ParsePrefix(text)

	switch {
	case err != nil:
		return netip.Prefix{}, errors.New(remedy)
	case network.Bits() == 0:
		return netip.Prefix{}, errors.New("everybody would be a trusted proxy: name the addresses of your proxies")
	case network.Addr().Is4In6():
		return netip.Prefix{}, errors.New("write a range of IPv4 addresses as one, such as 10.0.0.0/8")
	case network.Masked() != network:
		return netip.Prefix{}, fmt.Errorf("the range begins at another address: write %s", network.Masked())
	}

	return network, nil
}

func checkNetwork(text string) error {
	_, err := parseNetwork(text)

	return err
}

// trustedProxies returns the ranges of --trusted-proxies.
func (c serveCommand) trustedProxies() []netip.Prefix {
	networks := make([]netip.Prefix, 0, len(c.TrustedProxies))

	for _, text := range c.TrustedProxies {
		network, _ := parseNetwork(text) // Kong has checked it.
		networks = append(networks, network)
	}

	return networks
}
