import {
  createDOMRenderer,
  FluentProvider,
  RendererProvider,
  type Theme,
  webDarkTheme,
  webLightTheme,
} from "@fluentui/react-components";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export type ThemeChoice = "light" | "dark" | "system";

interface SelectField {
  choice: ThemeChoice;
  choose(choice: ThemeChoice): void;
}

const ChoiceContext = createContext<SelectField>({ choice: "system", choose() {} });
export const useThemeChoice = () => useContext(ChoiceContext);

const key = "autoclaim.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

// Griffel adds style elements at run time. The Content-Security-Policy allows those with the page's nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const renderer = createDOMRenderer(document, { styleElementAttributes: nonce ? { nonce } : {} });

// These colors have the contrast that WCAG requires on all backgrounds in use. The defaults do not.
const light: Theme = { ...webLightTheme, colorNeutralForeground3: "#575757", colorNeutralForeground4: "#616161" };
const darkTheme: Theme = {
  ...webDarkTheme,
  colorNeutralForeground4: "#adadad",
  colorBrandForegroundLink: "#62abf5",
  colorBrandForegroundLinkHover: "#77b7f7",
};

function stored(): ThemeChoice {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : "system";
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState(stored);
  const [systemIsDark, setSystemIsDark] = useState(dark.matches);

  useEffect(() => {
    const changed = () => setSystemIsDark(dark.matches);
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
  }, []);

  const isDark = choice === "dark" || (choice === "system" && systemIsDark);
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
  }, [isDark]);

  const value = useMemo<SelectField>(
    () => ({
      choice,
      choose(next) {
        localStorage.setItem(key, next);
        setChoice(next);
      },
    }),
    [choice],
  );

  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <FluentProvider theme={isDark ? darkTheme : light} style={{ minHeight: "100dvh" }}>
        <ChoiceContext value={value}>{children}</ChoiceContext>
      </FluentProvider>
    </RendererProvider>
  );
}
