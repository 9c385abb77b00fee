package main

// view is the content of a page: what happened, what the user can do, and links.
type view struct {
	Title, Text, Advice              string
	SignIn, SignOut, Continue, Retry bool
}

// refusals are the pages for outcomes without a license. Autoclaim's message says what happened, and Advice what the user
// can do.
var refusals = map[string]view{
	"AUTO_CLAIM_OFF": {
		Title:  "You have no license",
		Advice: "Your organization does not give licenses at sign-in. Try again when you have one.", Retry: true,
	},
	"NO_POLICY": {
		Title:  "You have no license",
		Advice: "Licenses for this application are not given at sign-in. Try again when you have one.", Retry: true,
	},
	"POLICY_OFF": {
		Title:  "You have no license",
		Advice: "Giving licenses at sign-in is currently turned off. Try again when you have one.", Retry: true,
	},
	"BLOCKED": {
		Title:  "You cannot get a license by signing in",
		Advice: "Try again when they have given you one.", Retry: true,
	},
	"APP_TURNED_OFF": {
		Title:  "Your license does not include this application",
		Advice: "Try again when they have turned it on.", Retry: true,
	},
	"OUT_OF_LICENSES": {
		Title:  "No licenses are left",
		Advice: "Your admins can see that you need one. Try again when they have bought more.", Retry: true,
	},
}

// unavailable is the page if Autoclaim does not answer.
var unavailable = view{
	Title:  "We cannot sign you in right now",
	Text:   "We could not check your license.",
	Advice: "Please try again in a minute.", Retry: true,
}
