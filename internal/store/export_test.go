package store

import "gorm.io/gorm"

// Models and Write let the tests of the schema look inside.
func Models() []any { return models() }

// Write is the connection that writes.
func (s *Store) Write() *gorm.DB { return s.write }
