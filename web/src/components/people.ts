interface Person {
  displayName: string;
  email: string;
  externalId: string;
}

/** What to call a user of whom perhaps only the id is known. */
export const nameOf = ({ displayName, email, externalId }: Person) => displayName || email || externalId;

/** What else tells users of the same name apart. */
export const alsoOf = (person: Person) => {
  const name = nameOf(person);
  return [person.email, person.externalId].find((text) => text && text !== name) ?? "";
};
