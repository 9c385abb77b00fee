package model

import (
	"github.com/autoclaim/autoclaim/graph/globalid"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

// App is an app of the catalog.
type App struct{ licensing.App }

// NewApp wraps an app of the domain.
func NewApp(a licensing.App) App { return App{a} }

// ID returns the global id.
func (a App) ID() string { return globalid.Encode(licensing.KindApp, a.App.ID) }

// AppToggle says whether an app is included in the licenses that a policy gives.
type AppToggle struct {
	App    App
	State  licensing.ToggleState
	Locked bool
}

// NewAppToggle wraps an app toggle of the domain.
func NewAppToggle(t licensing.AppToggle) AppToggle {
	return AppToggle{App: NewApp(t.App), State: t.State, Locked: t.Locked}
}
