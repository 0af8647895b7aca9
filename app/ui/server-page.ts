import { createContext } from "react";
import type { HeldForm } from "#app/domain/held-form.ts";

/**
 * What an error page needs when no loader could run: the forum's name, and the form that the failed request
 * carried. Only the server provides it. Such a page has no scripts, so the browser never draws it again.
 */
export const ServerPageContext = createContext<{ siteName: string; keptForm: HeldForm | null }>({
  siteName: "",
  keptForm: null,
});
