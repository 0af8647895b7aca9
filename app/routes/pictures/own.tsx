import { deletePicture, listPictures } from "#app/db/pictures.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { DeletePictureForm } from "#app/domain/picture-form.ts";
import { badRequest, notFound, requireDone, seeOther } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { ownPicturesPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import { readPictureQuery } from "#app/request/list-query.server.ts";
import { PageHead } from "#app/ui/page-head.tsx";
import { PictureList } from "#app/ui/picture-list.tsx";
import { useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/own";

export async function loader({ context, url }: Route.LoaderArgs) {
  const { handle } = requireViewer(context, url);
  const before = readPictureQuery(url.searchParams);
  const found = await listPictures(context.get(databaseContext), handle, before);
  if (!found) throw notFound("missing.account");
  return { found, isRemoved: url.searchParams.has("removed") };
}

/** Deletes a picture of the viewer's. */
export async function action({ context, url }: Route.ActionArgs) {
  const { id: ownerId } = requireViewer(context, url);
  const parsed = parseForm(DeletePictureForm, context.get(formContext));
  if (!parsed.ok) throw badRequest("missing.picture");
  const { hash } = parsed.data;
  const deleted = await deletePicture(context.get(databaseContext), { hash, ownerId });
  requireDone(deleted, { missing: "missing.picture" });
  return seeOther(`${ownPicturesPath()}?removed`);
}

export default function Pictures({ loaderData }: Route.ComponentProps) {
  const { t } = useWords();
  return (
    <article className="form-page">
      <PageHead title={t("pictures.own")} />
      <h1>{t("pictures.own")}</h1>
      <PictureList {...loaderData} at={ownPicturesPath} />
    </article>
  );
}
