/*
 * How an operator lets the forum look, and what it is called: docs/deploying.md has the variables. Every page shows it, so it is
 * in the data of each; it is the same for everybody.
 */

/**
 * The colours that an accent can have, for light and for dark pages. Names and no colours of one's own, so that text in the accent
 * can be read on every surface (WCAG 2.2, 1.4.3: 4.5 to 1), which app/ui/accents.test.ts proves of each; app/ui/styles/accents.css has
 * the same.
 */
export const ACCENTS = {
  blue: { light: "#2f4fc0", dark: "#9db4ff" },
  teal: { light: "#0b6668", dark: "#7ad3d0" },
  green: { light: "#1f6b34", dark: "#86d69a" },
  amber: { light: "#854d00", dark: "#f0b765" },
  red: { light: "#a8262a", dark: "#ff9f97" },
  pink: { light: "#a0276b", dark: "#ff9fce" },
  violet: { light: "#6a3fb5", dark: "#c3a6ff" },
  slate: { light: "#475569", dark: "#b6c2d1" },
} as const;

export type AccentName = keyof typeof ACCENTS;

/** What the stylesheet says without an accent. */
export const DEFAULT_ACCENT: AccentName = "blue";

/** A link of the footer: what it says, and a path of this forum or an address elsewhere. */
export type FooterLink = { label: string; href: string };

/** What every page says of the forum. */
export type SiteFace = {
  name: string;
  /** One sentence on what the forum is about; empty where the operator gave none. */
  description: string;
  accent: AccentName;
  /** What stands before the name; empty for the mark of the software. */
  mark: string;
  footerLinks: FooterLink[];
};
