import { useEffect } from "react";
import { useNavigate } from "react-router";

/**
 * Follows the links between our own pages without a reload, where our scripts run. One listener serves every link of
 * the page: a component for each costs the server a dozen hooks a link. A link is left to the browser where it names a
 * place on a page (the browser alone marks a target), stands in a post (`rel="nofollow"`), or says `data-reload`.
 */
export function useLinks(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      const path = isPlainClick(event) && pathOf(event.target);
      if (!path) return;
      event.preventDefault();
      // As a browser does: the page that is there already takes its own place.
      const replace = path === `${location.pathname}${location.search}${location.hash}`;
      void navigate(path, { replace });
    };
    document.addEventListener("click", follow);
    return () => document.removeEventListener("click", follow);
  }, [navigate]);
}

/** Any other click opens a tab or a window, saves, or has been answered by somebody else. */
function isPlainClick({ button, metaKey, ctrlKey, shiftKey, altKey, defaultPrevented }: MouseEvent): boolean {
  return button === 0 && !(metaKey || ctrlKey || shiftKey || altKey || defaultPrevented);
}

/** Where the link that holds `target` leads within this site; null for what the browser is to follow. */
function pathOf(target: EventTarget | null): string | null {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || link.matches("[target],[download],[data-reload],[rel~=nofollow]")) return null;
  return link.origin === location.origin && link.hash === "" ? `${link.pathname}${link.search}` : null;
}
