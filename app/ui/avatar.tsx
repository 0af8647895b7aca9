/** Where pictures may come from; the Content-Security-Policy (workers/headers.ts) allows no other place. */
const PICTURE_HOST = "https://img.clerk.com/";

/** A member's picture, or their first letter on a colour of their own. Decorative: the name stands beside it. */
export function Avatar({ handle, imageUrl }: { handle: string; imageUrl: string | null }) {
  if (imageUrl?.startsWith(PICTURE_HOST))
    return <img className="avatar" src={imageUrl} alt="" width={40} height={40} loading="lazy" />;
  return (
    <span className="avatar" data-hue={hueOf(handle)} aria-hidden="true">
      {handle.slice(0, 1).toUpperCase()}
    </span>
  );
}

/** One of the twelve hues of the stylesheet, always the same for a handle. */
function hueOf(handle: string): number {
  let sum = 0;
  for (const character of handle.toLowerCase()) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % 12;
}
