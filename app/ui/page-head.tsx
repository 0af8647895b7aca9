import { useRouteLoaderData } from "react-router";
import type { SiteFace } from "#app/domain/site.ts";

type Props = {
  title?: string;
  description?: string;
  /** For a page that everyone may see: its one address, as a path of this site, and what it is (ogp.me, "Object Types"). */
  shared?: { path: string; type: "website" | "article" | "profile" };
};

/** What the browser's tab, search engines and whoever shows a link call a page: its own title and the forum's name, or that alone. */
export function PageHead({ title, description, shared }: Props) {
  const root = useRouteLoaderData<{ origin: string; site: SiteFace }>("root");
  const siteName = root?.site.name ?? "";
  return (
    <>
      <title>{title ? `${title} · ${siteName}` : siteName}</title>
      {description && <meta name="description" content={description} />}
      {shared && root && (
        <>
          <link rel="canonical" href={`${root.origin}${shared.path}`} />
          <meta property="og:url" content={`${root.origin}${shared.path}`} />
          <meta property="og:type" content={shared.type} />
          <meta property="og:site_name" content={siteName} />
          <meta property="og:title" content={title ?? siteName} />
          {description && <meta property="og:description" content={description} />}
        </>
      )}
    </>
  );
}
