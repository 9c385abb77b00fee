interface UserCell {
  displayName: string;
  email: string;
  externalId: string;
}

/** What to call a user of whom perhaps only the id is known. */
export const userName = ({ displayName, email, externalId }: UserCell) => displayName || email || externalId;

/** What else tells users of the same name apart. */
export const secondaryName = (person: UserCell) => {
  const name = userName(person);
  return [person.email, person.externalId].find((text) => text && text !== name) ?? "";
};
