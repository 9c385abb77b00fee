package main

// view is a page: what happened, what to do, and which ways lead on.
type view struct {
	Title, Text, Advice              string
	SignIn, SignOut, Continue, Retry bool
}

// refusals are the outcomes of a claim that let nobody in, and what the user can do about each. What happened,
// Autoclaim says.
var refusals = map[string]view{
	"AUTO_CLAIM_OFF": {
		Title:  "You have no license",
		Advice: "Ask your administrator for one: your organization does not give licenses at sign-in.", Retry: true,
	},
	"NO_POLICY": {
		Title:  "You have no license",
		Advice: "Ask your administrator for one: no licenses of this application are given at sign-in.", Retry: true,
	},
	"POLICY_OFF": {
		Title:  "You have no license",
		Advice: "Ask your administrator for one: giving them at sign-in is turned off at present.", Retry: true,
	},
	"BLOCKED": {
		Title:  "You cannot get a license by yourself",
		Advice: "An administrator decided so. If you need the application, ask them.",
	},
	"APP_TURNED_OFF": {
		Title:  "Your license leaves this application out",
		Advice: "An administrator turned the application off for you. If you need it, ask them to turn it on.",
	},
	"OUT_OF_LICENSES": {
		Title:  "No license is left",
		Advice: "Your administrators see that you wanted one. Try again once they have bought more.", Retry: true,
	},
}

// unavailable is for when Autoclaim does not answer.
var unavailable = view{
	Title:  "We cannot let you in just now",
	Text:   "Whether you have a license could not be found out.",
	Advice: "This passes by itself. Please try again in a minute.", Retry: true,
}
