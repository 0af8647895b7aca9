import { useRouteLoaderData } from "react-router";

/** What the browser's tab and search engines call a page: its own title and the forum's name, or that alone. */
export function PageHead({ title, description }: { title?: string; description?: string }) {
  const { siteName = "" } = useRouteLoaderData<{ siteName: string }>("root") ?? {};
  return (
    <>
      <title>{title ? `${title} · ${siteName}` : siteName}</title>
      {description && <meta name="description" content={description} />}
    </>
  );
}
