package testbed

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Link is the network connection between a server and its database.
type Link struct{ proxy *toxiproxy.Proxy }

func newLink(upstream string) (*Link, error) {
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())

	proxy := toxiproxy.NewProxy(api, "database", "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		return nil, fmt.Errorf("start a proxy: %w", err)
	}

	return &Link{proxy}, nil
}

func (l *Link) address() string { return l.proxy.Listen }

func (l *Link) close() error {
	l.proxy.Stop()

	return nil
}

// Cut closes all connections and refuses new ones until Restore.
func (l *Link) Cut() { l.proxy.Stop() }

// Restore accepts connections again after Cut.
func (l *Link) Restore() error { return l.proxy.Start() }

// AddFault adds one of toxiproxy's faults (its toxics) to both directions, until RemoveFaults.
func (l *Link) AddFault(kind string, attributes map[string]any) error {
	for _, direction := range []string{"upstream", "downstream"} {
		toxic, err := json.Marshal(map[string]any{"name": direction, "type": kind, "stream": direction, "attributes": attributes})
		if err != nil {
			return fmt.Errorf("describe the fault: %w", err)
		}

		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic))); err != nil {
			return fmt.Errorf("add the fault to the link: %w", err)
		}
	}

	return nil
}

// RemoveFaults removes all faults from the link.
func (l *Link) RemoveFaults(ctx context.Context) { l.proxy.Toxics.ResetToxics(ctx) }
