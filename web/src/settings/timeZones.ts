const shown = 50; // A longer list would not be read.

/** Returns names of time zones that contain all words of a text. */
export function matchingZones(text: string, all: readonly string[] = Intl.supportedValuesOf("timeZone")): string[] {
  const words = text
    .toLowerCase()
    .split(/[\s_]+/)
    .filter(Boolean);
  const names = all.includes("UTC") ? all : ["UTC", ...all];
  return names.filter((name) => words.every((word) => name.toLowerCase().includes(word))).slice(0, shown);
}
