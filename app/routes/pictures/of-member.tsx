import { listPictures, takeDownPicture } from "#app/db/pictures.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { isName } from "#app/domain/paging.ts";
import { pictureRefusal } from "#app/domain/permissions.ts";
import { DeletePictureForm } from "#app/domain/picture-form.ts";
import { badRequest, notFound, requireDone, seeOther } from "#app/http.ts";
import { refuse, requireViewer } from "#app/middleware/viewer.server.ts";
import { memberPath, memberPicturesPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import { readPictureQuery } from "#app/request/list-query.server.ts";
import { PageHead } from "#app/ui/page-head.tsx";
import { PictureList } from "#app/ui/picture-list.tsx";
import { rich, useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/of-member";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const viewer = requireViewer(context, url);
  refuse(pictureRefusal(viewer, new Date()));
  if (!isName(params.handle)) throw notFound("missing.member");
  const before = readPictureQuery(url.searchParams);
  const found = await listPictures(context.get(databaseContext), params.handle, before);
  if (!found) throw notFound("missing.member");
  return { found, isRemoved: url.searchParams.has("removed") };
}

/** Deletes a picture, whoever has it, on behalf of an admin. */
export async function action({ context, params, url }: Route.ActionArgs) {
  const { id: by } = requireViewer(context, url);
  const parsed = parseForm(DeletePictureForm, context.get(formContext));
  if (!parsed.ok) throw badRequest("missing.picture");
  const takenDown = await takeDownPicture(context.get(databaseContext), { hash: parsed.data.hash, by });
  requireDone(takenDown, { missing: "missing.picture" });
  return seeOther(`${memberPicturesPath(params.handle)}?removed`);
}

export default function MemberPictures({ loaderData }: Route.ComponentProps) {
  const words = useWords();
  const { handle } = loaderData.found;
  return (
    <article className="form-page">
      <PageHead title={words.t("pictures.of", { handle })} />
      <h1>{rich(words, "pictures.of", { handle: <a href={memberPath(handle)}>{handle}</a> })}</h1>
      <PictureList {...loaderData} at={(before) => memberPicturesPath(handle, before)} />
    </article>
  );
}
