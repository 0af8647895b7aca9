/**
 * A path of this site out of something a request said, or `/`. Anything that a browser would read as
 * another origin (`//evil`, `/\evil`, `https:…`) becomes `/`.
 */
export function safeReturnPath(value: string | null): string {
  if (!value?.startsWith("/")) return "/";
  try {
    const base = "http://this.invalid";
    const url = new URL(value, base);
    // `/.//evil` is a path here, and another origin once its dots are gone.
    const isHere = url.origin === base && !url.pathname.startsWith("//");
    return isHere ? `${url.pathname}${url.search}${url.hash}` : "/";
  } catch {
    return "/";
  }
}

/** The pages that are the same for every reader, and all that their addresses may ask for. */
const READER_PAGES: [path: RegExp, query: string[]][] = [
  [/^\/$/, ["sort", "after"]],
  [/^\/c\/[^/]+$/, ["sort", "after"]],
  [/^\/t\/[1-9]\d*(\/[^/]*)?$/, ["page"]],
  [/^\/u\/[^/]+$/, ["show", "before", "id"]],
];

/**
 * The address of a reader's page with nothing in it that the page does not depend on, so that one page is kept once;
 * null for every other address.
 */
export function readerPageAddress({ pathname, searchParams }: URL): string | null {
  if (pathname.endsWith(".data")) return null;
  const page = READER_PAGES.find(([path]) => path.test(pathname));
  if (!page) return null;
  const query = new URLSearchParams();
  for (const name of page[1]) {
    const value = searchParams.get(name);
    if (value !== null) query.set(name, value);
  }
  return query.size > 0 ? `${pathname}?${query}` : pathname;
}
