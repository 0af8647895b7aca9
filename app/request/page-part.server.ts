import { categoryPart, homePart, memberPart, type Part, threadPart } from "#app/db/parts.server.ts";
import { isName, parseNumber, parsePage } from "#app/domain/paging.ts";
import { readerPageAddress } from "#app/domain/paths.ts";
import { readListQuery, readMemberQuery } from "./list-query.server.ts";

/**
 * The part that the page at an address will ask for, so that it can be fetched while the viewer is looked up; null where
 * there is none, or the address makes no sense. The page's loader decides: a part that it does not ask for is not used.
 */
export function partAt(url: URL): Part<unknown> | null {
  const page = new URL(url);
  page.pathname = page.pathname.replace(/(^\/_)?\.data$/, "");
  if (!readerPageAddress(page)) return null;
  const [, kind, name = ""] = page.pathname.split("/");
  try {
    if (!kind) return homePart(readListQuery(url));
    if (kind === "c" && isName(name)) return categoryPart(name, readListQuery(url));
    if (kind === "u" && isName(name)) return memberPart(name, readMemberQuery(url));
    const [number, ofThread] = [parseNumber(name), parsePage(url.searchParams.get("page"))];
    return number && ofThread ? threadPart(number, ofThread) : null;
  } catch {
    return null;
  }
}
