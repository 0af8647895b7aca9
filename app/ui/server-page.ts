import { createContext } from "react";
import type { HeldForm } from "#app/domain/held-form.ts";
import { DEFAULT_ACCENT, type SiteFace } from "#app/domain/site.ts";

/** What a page drawn on the server knows and no loader does. In the browser it is always empty. */
export type ServerPage = {
  /** What the forum is called and how it looks, for an error page where no loader could run. */
  site: SiteFace;
  /** The form that the request carried, where an error page answers it. */
  keptForm: HeldForm | null;
  /** The request's name in the log, where it failed; else empty. */
  requestId: string;
  /** The database is away: when the copy that is shown was made (milliseconds since 1970), and whether for a member. */
  outage: { madeAt: number | null; isMember: boolean } | null;
  /** The whole stylesheet where the page carries it (for readers); else empty, and it is linked. */
  stylesheet: string;
};

/** A page that uses it carries no scripts: the browser, which has these values no more, would draw it differently. */
export const ServerPageContext = createContext<ServerPage>({
  site: { name: "", description: "", accent: DEFAULT_ACCENT, mark: "", footerLinks: [] },
  keptForm: null,
  requestId: "",
  outage: null,
  stylesheet: "",
});
