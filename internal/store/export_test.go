package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// Models and Write let the tests of the schema look inside.
func Models() []any { return models() }

// Write is the connection that writes.
func (s *Store) Write() *gorm.DB { return s.write }

// SetPoolTotal writes a total that was read earlier, which only a lock makes right.
func (tx *Tx) SetPoolTotal(ctx context.Context, product licensing.ID, total int) error {
	return tx.from(ctx, &poolRow{}).Where("product_id = ?", product).Update("total", total).Error
}
