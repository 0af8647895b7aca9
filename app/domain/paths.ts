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
