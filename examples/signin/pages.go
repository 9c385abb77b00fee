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
		Advice: "Your organization does not give licenses at sign-in. Once you have one, try again.", Retry: true,
	},
	"NO_POLICY": {
		Title:  "You have no license",
		Advice: "Licenses of this application are not given at sign-in. Once you have one, try again.", Retry: true,
	},
	"POLICY_OFF": {
		Title:  "You have no license",
		Advice: "Giving licenses at sign-in is turned off at present. Once you have one, or it is on again, try again.", Retry: true,
	},
	"BLOCKED": {
		Title:  "You cannot get a license by yourself",
		Advice: "Once they have given you one, try again.", Retry: true,
	},
	"APP_TURNED_OFF": {
		Title:  "Your license leaves this application out",
		Advice: "Once they have turned it on, try again.", Retry: true,
	},
	"OUT_OF_LICENSES": {
		Title:  "No license is left",
		Advice: "Your admins can see that you wanted one. Once they have bought more, try again.", Retry: true,
	},
}

// unavailable is for when Autoclaim does not answer.
var unavailable = view{
	Title:  "We cannot let you in just now",
	Text:   "Whether you have a license could not be found out.",
	Advice: "This passes by itself. Please try again in a minute.", Retry: true,
}
