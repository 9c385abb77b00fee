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

  timeZone: "Time zone",
  timeZoneText:
    "Reports begin at midnight and count days in this time zone, and the console shows all times in it. You can change it at any time. Past days are counted anew.",
  timeZonePlaceholder: "Search for a city or region",
  noTimeZone: "No matching time zone",
  useTimeZone: (zone: string) => `Use ${zone}`,
  timeZoneSaved: (zone: string) => `The time zone is now ${zone}.`,

  userIds: "User IDs",
  userIdsText: "The IDs by which your identity provider and your apps name users.",
  foldedOn: "On: IDs that differ only in upper and lower case are the same user.",
  foldedOff: "Off: IDs are compared exactly.",
  foldedSaved: "The setting is saved.",
};
