interface UserCell {
  displayName: string;
  email: string;
  externalId: string;
}

/** The name to show for a user. Some users have an external ID only. */
export const userName = ({ displayName, email, externalId }: UserCell) => displayName || email || externalId;

/** A second name that tells users with the same name apart; empty if there is none. */
export const secondaryName = (person: UserCell) => {
  const name = userName(person);
  return [person.email, person.externalId].find((text) => text && text !== name) ?? "";
};
