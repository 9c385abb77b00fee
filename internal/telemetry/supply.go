package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// supplyTimeout is for the database to say what is left; without it the other metrics are shown alone.
	supplyTimeout = 2 * time.Second
	// supplyAge is for how long what was read is shown, however many scrape.
	supplyAge = 10 * time.Second
	// maxPools bounds the series of license pools: three for each.
	maxPools = 1000
)

// WatchDatabase shows the pools of connections, and what policies have left to give: as counts over all
// tenants, and each license pool by itself only of the tenants named here by their external ids. Each of their
// products is a series, so who watches many tenants reads reports instead.
func (m *Metrics) WatchDatabase(db *store.Store, tenants []string, logger *slog.Logger) {
	for name, pool := range db.ConnectionPools() {
		m.registry.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}

	m.registry.MustRegister(newSupplyCollector(db, tenants, logger))
}

// supplyCollector reads the database when metrics are scraped.
type supplyCollector struct {
	db      *store.Store
	tenants []string
	logger  *slog.Logger

	policies, pools, overAssigned          *prometheus.Desc
	available, assigned, bought, truncated *prometheus.Desc
	failures                               prometheus.Counter

	mu   sync.Mutex
	read supply
}

// supply is what was read, and when; the zero supply was never read.
type supply struct {
	store.Supply

	named []store.NamedPool
	at    time.Time
}

func newSupplyCollector(db *store.Store, tenants []string, logger *slog.Logger) *supplyCollector {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}

	return &supplyCollector{
		db: db, tenants: tenants, logger: logger,
		policies:     describe("policies", "Policies that are on, of all tenants whose auto-claim is on.", "state"),
		pools:        describe("policy_pools", "License pools that these policies take from.", "state"),
		overAssigned: describe("pools_over_assigned", "License pools with more licenses assigned than bought, as a lapse leaves them."),
		available:    describe("license_pool_available_licenses", "Licenses left, of the tenants that are watched.", "tenant", "product"),
		assigned:     describe("license_pool_assigned_licenses", "Licenses assigned, of the tenants that are watched.", "tenant", "product"),
		bought:       describe("license_pool_bought_licenses", "Licenses bought, of the tenants that are watched.", "tenant", "product"),
		truncated:    describe("license_pools_truncated", "1 if the tenants that are watched have more license pools than are shown."),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "supply_read_failures_total",
			Help: "Scrapes that could not read from the database what policies have left.",
		}),
	}
}

// Describe implements [prometheus.Collector].
func (c *supplyCollector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, description := range []*prometheus.Desc{
		c.policies, c.pools, c.overAssigned, c.available, c.assigned, c.bought, c.truncated,
	} {
		descriptions <- description
	}

	c.failures.Describe(descriptions)
}

// Collect implements [prometheus.Collector]. What cannot be read is left out, rather than shown as it was.
func (c *supplyCollector) Collect(metrics chan<- prometheus.Metric) {
	read, err := c.current()
	if err != nil {
		c.failures.Inc()
		c.logger.Warn("metrics of policies and license pools could not be read", "error", err)
	}

	c.failures.Collect(metrics)

	if err != nil {
		return
	}

	gauge := func(description *prometheus.Desc, value int, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(description, prometheus.GaugeValue, float64(value), labels...)
	}

	gauge(c.policies, read.Policies-read.OutOfLicenses, "supplied")
	gauge(c.policies, read.OutOfLicenses, "out_of_licenses")
	gauge(c.pools, read.Pools-read.Exhausted, "available")
	gauge(c.pools, read.Exhausted, "exhausted")
	gauge(c.overAssigned, read.OverAssigned)

	truncated := 0
	if len(read.named) > maxPools {
		truncated, read.named = 1, read.named[:maxPools]
	}

	gauge(c.truncated, truncated)

	for _, pool := range read.named {
		gauge(c.available, pool.Available(), pool.TenantExternalID, pool.ProductCode)
		gauge(c.assigned, pool.Assigned, pool.TenantExternalID, pool.ProductCode)
		gauge(c.bought, pool.Total, pool.TenantExternalID, pool.ProductCode)
	}
}

func (c *supplyCollector) current() (supply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if time.Since(c.read.at) < supplyAge {
		return c.read, nil
	}

	ctx, cancel := context.WithTimeout(context.Background(), supplyTimeout)
	defer cancel()

	fresh := supply{at: time.Now()}

	var err error
	if fresh.Supply, err = c.db.Supply(ctx); err != nil {
		return supply{}, err
	}

	if len(c.tenants) > 0 {
		if fresh.named, err = c.db.PoolsOfTenants(ctx, c.tenants, maxPools+1); err != nil {
			return supply{}, err
		}
	}

	c.read = fresh

	return fresh, nil
}
