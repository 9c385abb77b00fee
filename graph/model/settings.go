package model

import "github.com/autoclaim/autoclaim/internal/licensing"

// Settings are the settings of a tenant.
type Settings struct{ licensing.Settings }
