import { SearchBox } from "@fluentui/react-components";
import { useEffect, useState } from "react";

import { strings } from "../strings";

interface Props {
  label: string;
  value: string;
  onChange(value: string): void;
}

const pause = 250;

/** A search that speaks up when one has paused typing. */
export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);

  useEffect(() => setText(value), [value]); // Browser back changes it too.
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), pause);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);

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
