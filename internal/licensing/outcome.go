package licensing

// Outcome is the answer to a claim.
type Outcome string

// The outcomes of a claim.
const (
	// OutcomeClaimed means that the user got a license.
	OutcomeClaimed Outcome = "CLAIMED"
	// OutcomeAlreadyLicensed means that the user already had an active license that lets them in.
	OutcomeAlreadyLicensed Outcome = "ALREADY_LICENSED"
	// OutcomeAutoClaimOff means that the tenant's feature switch is off.
	OutcomeAutoClaimOff Outcome = "AUTO_CLAIM_OFF"
	// OutcomeNoPolicy means that the tenant has no policy for the app.
	OutcomeNoPolicy Outcome = "NO_POLICY"
	// OutcomePolicyOff means that the app's policy is turned off.
	OutcomePolicyOff Outcome = "POLICY_OFF"
	// OutcomeBlocked means that an admin blocked the user from auto-claiming.
	OutcomeBlocked Outcome = "BLOCKED"
	// OutcomeAppTurnedOff means that an admin turned the app off in a license that the user holds.
	OutcomeAppTurnedOff Outcome = "APP_TURNED_OFF"
	// OutcomeOutOfLicenses means that no product of the policy has a license left.
	OutcomeOutOfLicenses Outcome = "OUT_OF_LICENSES"
)

// Message is the text that tells the user the outcome. product is the name of the license's product; it is empty if
// the outcome has no license.
func (o Outcome) Message(app, product string) string {
	switch o {
	case OutcomeClaimed:
		return "You now have a license for " + product + ", which includes " + app + "."
	case OutcomeAlreadyLicensed:
		return "Your license for " + product + " includes " + app + "."
	case OutcomeAutoClaimOff, OutcomeNoPolicy, OutcomePolicyOff:
		return "You do not have a license for " + app + ". Ask your admin to assign you one."
	case OutcomeBlocked:
		return "Your admin has blocked you from getting a license for " + app + " by signing in. Ask them for one."
	case OutcomeAppTurnedOff:
		return "Your admin has turned " + app + " off in your license. Ask them to turn it on."
	case OutcomeOutOfLicenses:
		return "No licenses for " + app + " are left. Ask your admin to assign you one."
	default:
		return ""
	}
}
