import { SearchBox } from "@fluentui/react-components";

import { strings } from "../strings";
import { useDelayedText } from "./useDelayedText";

interface Props {
  label: string;
  value: string;
  onChange(value: string): void;
}

const delay = 250;

/** A search box that searches when the user stops typing. */
export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useDelayedText(value, onChange, delay);
  return (
    <SearchBox
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(_, data) => setText(data.value)}
      dismiss={{ "aria-label": strings.common.clearSearch }}
    />
  );
}
