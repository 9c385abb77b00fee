export const policies = {
  title: "Auto-claim policies",
};
