export const settings = {
  title: "Settings",
  lead: "These settings apply to your whole organization.",
  autoClaim: "Auto-claim",
  autoClaimText: "Users who sign in to an app without a license get one from the app's policy.",
  on: "On: users can claim licenses.",
  off: "Off: users can't claim licenses, and you can't add policies.",
  changesNothing: "Turning auto-claim off and on again doesn't change policies or remove licenses from users.",
  turnOffTitle: "Turn auto-claim off?",
  turnOffText:
    "Users without a license can no longer get one by signing in. Policies don't change, and users keep the licenses they have.",
  turnOff: "Turn off",
  turnedOn: "Auto-claim is turned on.",
  turnedOff: "Auto-claim is turned off.",
  history: "View change history",
};
