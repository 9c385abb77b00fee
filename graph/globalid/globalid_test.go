package globalid_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// FuzzID decodes arbitrary text.
func FuzzID(f *testing.F) {
	for _, seed := range []string{
		"", "_", "policy_", "policy_00000000000000000000000000", "policy_7zzzzzzzzzzzzzzzzzzzzzzzzz", "policy_8zzzzzzzzzzzzzzzzzzzzzzzzz",
		"POLICY_00000000000000000000000000", "policy_0000000000000000000000000O", "a_b_00000000000000000000000000", "policy_0000000000000000000000000\x00",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		if kind, id, ok := globalid.Decode(text); ok {
			require.Equal(t, text, globalid.Encode(kind, id), "an id has one spelling")
		}
	})
}

func BenchmarkGlobalIDs(b *testing.B) {
	id := licensing.NewID(time.Now())
	text := globalid.Encode(licensing.KindLicense, id)

	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()

		for b.Loop() {
			_ = globalid.Encode(licensing.KindLicense, id)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()

		for b.Loop() {
			if kind, decoded, ok := globalid.Decode(text); !ok || kind != licensing.KindLicense || decoded != id {
				b.Fatal(text)
			}
		}
	})
}
