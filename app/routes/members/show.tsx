import { data, redirect } from "react-router";
import { THREADS_PER_PAGE } from "#app/domain/limits.ts";
import type { MemberReply, MemberThread } from "#app/domain/views.ts";
import { notFound } from "#app/http.ts";
import type { Words } from "#app/messages/words.ts";
import { memberListPath, memberPath } from "#app/paths.ts";
import { memberPage } from "#app/public-pages.ts";
import { siteContext } from "#app/request/context.server.ts";
import { readPublic } from "#app/request/public.server.ts";
import { Avatar } from "#app/ui/avatar.tsx";
import { titleFrom } from "#app/ui/list-title.ts";
import { MemberReplies, MemberThreads } from "#app/ui/member-lists.tsx";
import { PageHead } from "#app/ui/page-head.tsx";
import { ListPages } from "#app/ui/thread-list.tsx";
import { Time } from "#app/ui/time.tsx";
import { rich, useWords } from "#app/ui/words.ts";
import type { Route } from "./+types/show";

export async function loader({ context, params, url }: Route.LoaderArgs) {
  const query = memberPage.at(params, url.searchParams);
  const found = await readPublic(context, query);
  if (!found) throw notFound("missing.member");
  // Other letters, or a handle that they had.
  if (found.handle !== params.handle) throw redirect(`${memberPath(found.handle)}${url.search}`, 301);
  // Whose page it is at Clerk stays inside.
  const { id: _, categories, ...member } = found;
  const { show, before } = query.asked.list;
  const { threads, replies } = member;
  const listed = show === "threads" ? threads : replies;
  return data({
    siteName: context.get(siteContext).face.name,
    sidebar: { categories },
    member: {
      ...member,
      threads: threads.slice(0, THREADS_PER_PAGE),
      replies: replies.slice(0, THREADS_PER_PAGE),
    },
    show,
    before,
    hasMore: listed.length > THREADS_PER_PAGE,
  });
}

export default function Member({ loaderData }: Route.ComponentProps) {
  const words = useWords();
  const { t } = words;
  const { siteName, member, show, before, hasMore } = loaderData;
  const list =
    show === "threads"
      ? member.handle
      : t("list.titleInOrder", { list: member.handle, order: t("list.replies") });
  const last = show === "threads" ? member.threads.at(-1) : member.replies.at(-1);
  return (
    <article>
      <PageHead
        title={before ? titleFrom(words, list, before.time) : list}
        description={t("member.wrote", { handle: member.handle, site: siteName })}
        shared={{ path: memberListPath(member.handle, show, before), type: "profile" }}
      />
      <header className="page-head member-head">
        <Avatar handle={member.handle} imageUrl={member.imageUrl} />
        <div>
          <h1>{member.handle}</h1>
          <p className="quiet">{about(member, words)}</p>
          <p className="quiet">{rich(words, "member.since", { when: <Time value={member.createdAt} /> })}</p>
        </div>
      </header>
      <nav className="tabs" aria-label={t("member.show")}>
        <a
          href={memberListPath(member.handle, "threads")}
          aria-current={show === "threads" ? "page" : undefined}
        >
          {t("list.threads")}
        </a>
        <a
          href={memberListPath(member.handle, "replies")}
          aria-current={show === "replies" ? "page" : undefined}
        >
          {t("list.replies")}
        </a>
      </nav>
      {show === "threads" ? (
        <MemberThreads threads={member.threads} />
      ) : (
        <MemberReplies replies={member.replies} />
      )}
      <ListPages
        first={before && memberListPath(member.handle, show)}
        next={hasMore && last ? memberListPath(member.handle, show, placeOf(last)) : null}
      />
    </article>
  );
}

/** Where a member's list goes on after an entry. */
function placeOf(entry: MemberThread | MemberReply) {
  return { time: entry.createdAt, id: "id" in entry ? entry.id : entry.number };
}

type About = Route.ComponentProps["loaderData"]["member"];

function about({ name, role, isSuspended, isDeleted, isImported }: About, { t }: Words): string {
  const facts = [
    name,
    t(`role.${role}`),
    isImported && t("member.imported"),
    isSuspended && t("member.suspended"),
    isDeleted && t("member.deleted"),
  ];
  return facts.filter(Boolean).join(" · ");
}
