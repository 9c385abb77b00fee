package graph

import (
	"testing"
	"time"

	"github.com/autoclaim/autoclaim/internal/licensing"
)

func BenchmarkGlobalIDs(b *testing.B) {
	id := licensing.NewID(time.Now())
	text := globalID(licensing.KindLicense, id)

	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()

		for b.Loop() {
			_ = globalID(licensing.KindLicense, id)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()

		for b.Loop() {
			if read, err := parseID(licensing.KindLicense, text, "licenseId"); err != nil || read != id {
				b.Fatal(err)
			}
		}
	})
}
