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
	// supplyTimeout is the time limit for reading the database. After it, a scrape gets the other metrics alone.
	supplyTimeout = 2 * time.Second
	// supplyAge is the time that scrapes reuse what was read from the database.
	supplyAge = 10 * time.Second
	// maxPools is the maximum number of license pools with metrics. Each has three series.
	maxPools = 1000
)

// WatchDatabase adds metrics of the connection pools and of policies and license pools. Counts cover all tenants. Each
// license pool has metrics of its own only for the tenants given by their external ids, because each product is then
// three series. Call it once.
func (m *Metrics) WatchDatabase(db *store.Store, tenants []string, logger *slog.Logger) {
	for name, pool := range db.ConnectionPools() {
		m.registry.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}

	m.registry.MustRegister(newSupplyCollector(db, tenants, logger))
}

// supplyCollector reads policies and license pools from the database when Prometheus scrapes.
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

// supply is what was read from the database, and when. The zero value means that nothing was read yet.
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
		policies:     describe("policies", "Policies that are on, in all tenants with auto-claim on.", "state"),
		pools:        describe("policy_pools", "License pools that these policies take licenses from.", "state"),
		overAssigned: describe("pools_over_assigned", "License pools with more licenses assigned than bought, for example after a subscription lapsed."),
		available:    describe("license_pool_available_licenses", "Available licenses of the tenants in --metrics-tenants.", "tenant", "product"),
		assigned:     describe("license_pool_assigned_licenses", "Assigned licenses of the tenants in --metrics-tenants.", "tenant", "product"),
		bought:       describe("license_pool_bought_licenses", "Bought licenses of the tenants in --metrics-tenants.", "tenant", "product"),
		truncated:    describe("license_pools_truncated", "1 if the tenants in --metrics-tenants have more license pools than have metrics."),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "supply_read_failures_total",
			Help: "Scrapes that could not read policies and license pools from the database.",
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

// Collect implements [prometheus.Collector]. If the database cannot be read, it omits the metrics instead of repeating
// old values.
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

// current returns what was read within supplyAge, or reads the database.
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
