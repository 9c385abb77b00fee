import { useEffect, useState } from "react";

/** Keeps the text of an input, and passes it on when the user has stopped typing for a while, in milliseconds. */
export function useDelayedText(value: string, onChange: (value: string) => void, delay: number) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // The value also changes without typing, by the browser's back button.
  if (known !== value) {
    setKnown(value);
    setText(value);
  }

  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), delay);
    return () => clearTimeout(timer);
  }, [text, value, onChange, delay]);

  return [text, setText] as const;
}
