package store

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"gorm.io/gorm"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

// fewUsers is the largest number of users of whom a list is read user by user. With more users, one soon finds rows of
// some of them by reading the list in its order.
const fewUsers = 1000

// userSearch restricts lists of rows with a user to the users whom a text finds. It reads few users once for all queries
// of a list; the databases would look for them again for each row of the list otherwise. It is safe for concurrent use.
type userSearch struct {
	handle Handle
	text   string

	mu   sync.Mutex
	read bool
	few  []licensing.ID
	many bool
}

func (h Handle) search(text string) *userSearch {
	return &userSearch{handle: h, text: strings.TrimSpace(text)}
}

// restrict restricts a query of rows of a table, of which a page is read in order, or all rows are counted. rowsOfFew
// restricts the query to rows of few users.
func (s *userSearch) restrict(
	ctx context.Context, query *gorm.DB, table string, counting bool, rowsOfFew func(*gorm.DB, []licensing.ID) *gorm.DB,
) *gorm.DB {
	if s.text == "" {
		return query
	}

	if err := s.find(ctx); err != nil {
		_ = query.AddError(err) // It returns what query.Error is now.

		return query
	}

	found := s.handle.usersFound(ctx, s.text)

	switch {
	case !s.many:
		return rowsOfFew(query, s.few)
	case counting:
		return query.Where("user_id IN (?)", found.Select("id"))
	default:
		// PostgreSQL may join all users with all rows if it finds few users where there are many. IS TRUE keeps it from
		// joining: it looks the user of each row up, until the page is full.
		return query.Where("(EXISTS (?)) IS TRUE", found.Select("1").Where("users.id = "+table+".user_id"))
	}
}

// find reads the users, unless they have been read or are many.
func (s *userSearch) find(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.read {
		return nil
	}

	var found []licensing.ID
	if err := s.handle.usersFound(ctx, s.text).Limit(fewUsers+1).Pluck("id", &found).Error; err != nil {
		return fmt.Errorf("search users: %w", err)
	}

	s.read, s.few, s.many = true, found, len(found) > fewUsers

	return nil
}
