package paging_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
)

type thing struct {
	key string
	id  licensing.ID
}

func cursorOf(t thing) paging.Cursor { return paging.Cursor{Key: t.key, ID: t.id} }

// things returns objects in the order of their cursors; some share a key and differ by id alone.
func things(n int) []thing {
	all := make([]thing, n)
	for i := range all {
		all[i] = thing{key: fmt.Sprintf("key-%02d", i/2), id: licensing.ID{15: byte(i)}}
	}

	return all
}

func values(slice paging.Slice[thing]) []thing {
	found := make([]thing, len(slice.Items))
	for i, item := range slice.Items {
		found[i] = item.Value
	}

	return found
}

func TestPagesOfAListInMemoryAreItsItemsInOrder(t *testing.T) {
	all := things(7)
	shuffled := []thing{all[3], all[6], all[0], all[5], all[1], all[4], all[2]}
	list := paging.ListOf(shuffled, cursorOf)

	at := func(i int) *paging.Cursor {
		cursor := cursorOf(all[i])

		return &cursor
	}

	for name, test := range map[string]struct {
		page                 paging.Page
		want                 []thing
		hasNext, hasPrevious bool
	}{
		"the first":              {paging.Page{Limit: 3}, all[:3], true, false},
		"the first of a few":     {paging.Page{Limit: 9}, all, false, false},
		"after a cursor":         {paging.Page{Limit: 3, After: at(2)}, all[3:6], true, true},
		"after the last":         {paging.Page{Limit: 3, After: at(6)}, all[7:], false, true},
		"the last":               {paging.Page{Limit: 3, Backward: true}, all[4:], false, true},
		"the last before cursor": {paging.Page{Limit: 3, Backward: true, Before: at(4)}, all[1:4], true, true},
		"before the first":       {paging.Page{Limit: 3, Backward: true, Before: at(0)}, all[:0], true, false},
		"between two":            {paging.Page{Limit: 9, After: at(1), Before: at(4)}, all[2:4], true, true},
		"between two, crossed":   {paging.Page{Limit: 9, After: at(4), Before: at(1)}, all[:0], true, true},
	} {
		slice, err := list.Page(context.Background(), test.page)
		require.NoError(t, err)
		assert.Equal(t, test.want, values(slice), name)
		assert.Equal(t, test.hasNext, slice.HasNext, name)
		assert.Equal(t, test.hasPrevious, slice.HasPrevious, name)
	}

	count, err := list.Count(context.Background())
	require.NoError(t, err)
	assert.Equal(t, len(all), count)
}

func TestACursorOfAnItemThatIsGoneStillMarksItsPlace(t *testing.T) {
	all := things(5)
	gone := cursorOf(all[2])
	rest := paging.ListOf(append(append([]thing{}, all[:2]...), all[3:]...), cursorOf)

	after, err := rest.Page(context.Background(), paging.Page{Limit: 9, After: &gone})
	require.NoError(t, err)
	assert.Equal(t, all[3:], values(after))

	before, err := rest.Page(context.Background(), paging.Page{Limit: 9, Before: &gone})
	require.NoError(t, err)
	assert.Equal(t, all[:2], values(before))
}
