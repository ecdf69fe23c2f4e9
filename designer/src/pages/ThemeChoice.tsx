import { prefer, type Theme, usePreferences } from "../state/preferences.ts";
import { texts } from "../text/en.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

const ORDER: readonly Theme[] = ["system", "light", "dark"];
const ICONS: Readonly<Record<Theme, IconName>> = { system: "settings", light: "sun", dark: "moon" };

/** One button that goes through the three; its name says which it is now. */
export function ThemeChoice() {
  const theme = usePreferences((now) => now.theme);
  const next = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? "system";
  return (
    <button
      type="button"
      className="button plain icon"
      aria-label={`${texts.theme.label}: ${texts.theme[theme]}`}
      title={`${texts.theme.label}: ${texts.theme[theme]}`}
      onClick={() => prefer({ theme: next })}
    >
      <Icon name={ICONS[theme]} />
    </button>
  );
}
