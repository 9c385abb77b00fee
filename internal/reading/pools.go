package reading

import (
	"context"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// PoolsOf returns the license pools of these products, by product. A product that the tenant never
// subscribed to has none.
func (t *Tenant) PoolsOf(ctx context.Context, products []licensing.ID) (map[licensing.ID]licensing.Pool, error) {
	return t.data.PoolsOf(ctx, products)
}
