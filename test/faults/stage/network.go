package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Link is the network between a server and its database.
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

// Cut closes all connections, and takes no new ones until it is mended.
func (l *Link) Cut() { l.proxy.Stop() }

// Mend takes connections again.
func (l *Link) Mend() error { return l.proxy.Start() }

// Poison makes the link bad in one of toxiproxy's ways, in both directions, until it is cured.
func (l *Link) Poison(kind string, attributes map[string]any) error {
	for _, direction := range []string{"upstream", "downstream"} {
		toxic, err := json.Marshal(map[string]any{"name": direction, "type": kind, "stream": direction, "attributes": attributes})
		if err != nil {
			return fmt.Errorf("describe the fault: %w", err)
		}

		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic))); err != nil {
			return fmt.Errorf("poison the link: %w", err)
		}
	}

	return nil
}

// Cure makes the link good again.
func (l *Link) Cure(ctx context.Context) { l.proxy.Toxics.ResetToxics(ctx) }
