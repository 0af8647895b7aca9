import { useLocation } from "react-router";
import type { Viewer } from "#app/domain/viewer.ts";
import { homePath, memberPath, newThreadPath, settingsPath, signInPath, signOutAction } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Time } from "./time.tsx";
import { forgetUnsentTexts } from "./use-unsent-text.ts";

type HeaderProps = {
  siteName: string;
  viewer: Viewer | null;
  /** A member asks, and the database that knows them is away: they need not sign in again. */
  isMemberAway?: boolean;
};

/** The bar on top of every page. */
export function SiteHeader({ siteName, viewer, isMemberAway = false }: HeaderProps) {
  return (
    <header className="site-header">
      <div className="site-bar">
        <a className="site-name" href={homePath()}>
          <Mark />
          {siteName}
        </a>
        <nav aria-label="Site" data-viewer={viewer ? true : undefined}>
          {viewer ? <MemberLinks viewer={viewer} /> : !isMemberAway && <ReaderLinks />}
        </nav>
      </div>
    </header>
  );
}

function MemberLinks({ viewer }: { viewer: Viewer }) {
  return (
    <>
      <a className="button quiet self" href={memberPath(viewer.handle)}>
        <Avatar handle={viewer.handle} imageUrl={viewer.imageUrl} />
        <span>{viewer.handle}</span>
      </a>
      <a className="button quiet" href={settingsPath()}>
        Settings
      </a>
      <form method="post" action={signOutAction()} onSubmit={forgetUnsentTexts}>
        <button className="button quiet" type="submit">
          Sign out
        </button>
      </form>
      <a className="button primary" href={newThreadPath()}>
        New thread
      </a>
    </>
  );
}

function ReaderLinks() {
  const { pathname, search } = useLocation();
  return (
    <>
      <a className="button quiet" href={signInPath(`${pathname}${search}`)}>
        Sign in
      </a>
      <a className="button primary" href={newThreadPath()}>
        New thread
      </a>
    </>
  );
}

/** Tells a suspended member until when, and why. */
export function SuspensionNotice({ viewer }: { viewer: Viewer }) {
  if (!viewer.suspendedUntil) return null;
  return (
    <p className="notice error">
      Your account is suspended until <Time value={viewer.suspendedUntil} />: you can read, but not write.
      {viewer.suspensionReason && ` The reason given: ${viewer.suspensionReason}`}
    </p>
  );
}

/** Says that the page is a copy and how old it is; and tells members why it does not greet them. */
export function OutageNotice({ madeAt, isMember }: { madeAt: number; isMember: boolean }) {
  return (
    <p className="outage" role="status">
      What is new cannot be shown just now. This is the page as it was{" "}
      <Time value={new Date(madeAt).toISOString()} />.
      {isMember && " You are still signed in, and see what everyone sees."}
    </p>
  );
}

/** A page with its corner turned up: the forum's mark. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M4 3h16v12l-6 6H4z" fill="currentColor" />
      <path d="M20 15h-6v6z" fill="var(--surface)" opacity=".55" />
    </svg>
  );
}

export function SiteFooter({ siteName }: { siteName: string }) {
  return (
    <footer className="site-footer">
      <p>
        <a href={homePath()}>{siteName}</a> is a forum that runs at the edge.
      </p>
    </footer>
  );
}
