import type { ClerkProvider } from "@clerk/react-router";
import { type ComponentProps, useEffect, useState } from "react";

type Props = { clerk: ComponentProps<typeof ClerkProvider>["loaderData"] };

/**
 * Runs Clerk's script, which renews the session's token while a page stays open. No page shows anything of it, so it is
 * loaded once the page works: it is a fifth of what a member's browser loads of ours.
 */
export function SessionKeeper({ clerk }: Props) {
  const [Provider, setProvider] = useState<typeof ClerkProvider | null>(null);
  useEffect(() => {
    void import("@clerk/react-router").then((loaded) => setProvider(() => loaded.ClerkProvider));
  }, []);
  return Provider && <Provider loaderData={clerk} prefetchUI={false} />;
}
