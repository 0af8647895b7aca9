import { PICTURE_QUOTA, PICTURES_PER_PAGE, picturePath, smallPicturePath } from "#app/domain/picture.ts";
import type { OwnPicture, OwnPictures } from "#app/domain/views.ts";
import { replyPath } from "#app/paths.ts";
import { Time } from "./time.tsx";
import { rich, useWords } from "./words.ts";

type Props = {
  found: OwnPictures;
  /** Whether one of them was just deleted. */
  isRemoved: boolean;
  /** The address of this list from before a picture, and of its start. */
  at: (before: { time: string; hash: string } | null) => string;
};

const MIB = 1024 * 1024;

/** What somebody has uploaded, each with where it is shown, and a button that deletes it. */
export function PictureList({ found, isRemoved, at }: Props) {
  const words = useWords();
  const { t } = words;
  const pictures = found.pictures.slice(0, PICTURES_PER_PAGE);
  const last = found.pictures.length > PICTURES_PER_PAGE ? pictures.at(-1) : undefined;
  return (
    <>
      {isRemoved && (
        <p className="notice good" role="status">
          {t("pictures.removed")}
        </p>
      )}
      <p>
        {t("pictures.used", { used: toTenths(found.bytesUsed / MIB), max: PICTURE_QUOTA.bytesInAll / MIB })}
      </p>
      <p className="quiet">{t("pictures.explain")}</p>
      {pictures.length === 0 && <p className="empty">{t("pictures.none")}</p>}
      <ul className="picture-list">
        {pictures.map((picture) => (
          <PictureRow key={picture.hash} picture={picture} action={at(null)} />
        ))}
      </ul>
      {last && (
        <p>
          <a className="button" href={at({ time: last.createdAt, hash: last.hash })}>
            {t("pictures.further")}
          </a>
        </p>
      )}
    </>
  );
}

function PictureRow({ picture, action }: { picture: OwnPicture; action: string }) {
  const words = useWords();
  const { t } = words;
  const { hash, width, height, bytes, createdAt, shownIn } = picture;
  const kilobytes = Math.ceil(bytes / 1024);
  return (
    <li>
      <a href={picturePath(picture)}>
        <img
          src={smallPicturePath(picture) ?? picturePath(picture)}
          alt={t("pictures.size", { width, height, kilobytes })}
          width={width}
          height={height}
          loading="lazy"
          decoding="async"
        />
      </a>
      <div>
        <p className="quiet">
          {t("pictures.size", { width, height, kilobytes })} · <Time value={createdAt} />
        </p>
        <p>
          {shownIn
            ? rich(words, "pictures.shown", {
                title: shownIn.title,
                post: (text) => (
                  <a href={replyPath(shownIn, shownIn.reply)} dir="auto">
                    {text}
                  </a>
                ),
              })
            : t("pictures.unshown")}
        </p>
        <form method="post" action={action}>
          <input type="hidden" name="hash" value={hash} />
          <button className="button" type="submit">
            {t("pictures.remove")}
          </button>
        </form>
      </div>
    </li>
  );
}

function toTenths(number: number): number {
  return Math.ceil(number * 10) / 10;
}
