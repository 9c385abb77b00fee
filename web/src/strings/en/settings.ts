export const settings = {
  title: "Settings",
  lead: "What holds for your whole organization.",
  autoClaim: "Auto-claim",
  autoClaimText: "Users who sign in to an app without a license get one by the policy of the app.",
  on: "On: users can claim licenses.",
  off: "Off: nobody can claim a license, and no policy can be added.",
  changesNothing:
    "Turning it off and on again changes nothing else: policies stay as they are, and users keep their licenses.",
  turnOffTitle: "Turn auto-claim off?",
  turnOffText:
    "Users who have no license can no longer get one by signing in. Policies stay as they are, and users keep the licenses they have.",
  turnOff: "Turn off",
  turnedOn: "Auto-claim is turned on.",
  turnedOff: "Auto-claim is turned off.",
  history: "Who changed this",
};
