import { createContext } from "react";
import type { HeldForm } from "#app/domain/held-form.ts";

/** What a page without scripts may need, and no loader could know. Only the server provides it. */
export type ServerPage = {
  /** The forum's name, for an error page where no loader could run. */
  siteName: string;
  /** The form that the failed request carried. */
  keptForm: HeldForm | null;
  /** The request's name in the log, where it failed; else empty. */
  requestId: string;
  /** The database is away: when the copy that is shown was made (milliseconds since 1970), and whether for a member. */
  outage: { madeAt: number | null; isMember: boolean } | null;
};

/** Such a page has no scripts, so the browser never draws it again. */
export const ServerPageContext = createContext<ServerPage>({
  siteName: "",
  keptForm: null,
  requestId: "",
  outage: null,
});
