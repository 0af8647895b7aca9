import type { ReactNode } from "react";
import { useLocation } from "react-router";
import type { SiteFace } from "#app/domain/site.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { homePath, memberPath, newThreadPath, settingsPath, signInPath, signOutAction } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Time } from "./time.tsx";
import { forgetUnsentTexts } from "./unsent-texts.ts";
import { rich, useWords } from "./words.ts";

type HeaderProps = {
  site: SiteFace;
  viewer: Viewer | null;
  /** A member asks, and the database that knows them is away: they need not sign in again. */
  isMemberAway?: boolean;
};

/** The bar on top of every page. */
export function SiteHeader({ site, viewer, isMemberAway = false }: HeaderProps) {
  const { t } = useWords();
  return (
    <header className="site-header">
      <div className="site-bar">
        <a className="site-name" href={homePath()}>
          {site.mark ? <OwnMark text={site.mark} /> : <Mark />}
          <span>{site.name}</span>
        </a>
        <nav aria-label={t("site.nav")}>
          {viewer ? <MemberLinks viewer={viewer} /> : !isMemberAway && <ReaderLinks />}
        </nav>
      </div>
    </header>
  );
}

function MemberLinks({ viewer }: { viewer: Viewer }) {
  const { t } = useWords();
  const { key } = useLocation();
  return (
    <>
      <NewThreadLink />
      {/* A popover closes by itself on Esc and on a click elsewhere; another page closes it too. */}
      <div className="account" key={key}>
        <button
          className="button quiet"
          type="button"
          popoverTarget="account"
          aria-label={t("site.account", { handle: viewer.handle })}
        >
          <Avatar handle={viewer.handle} imageUrl={viewer.imageUrl} />
          <span>{viewer.handle}</span>
        </button>
        <div className="menu" id="account" popover="auto">
          <a className="self" href={memberPath(viewer.handle)}>
            <strong>{viewer.handle}</strong> <span>{t("site.profile")}</span>
          </a>
          <a href={settingsPath()}>{t("site.settings")}</a>
          <form method="post" action={signOutAction()} onSubmit={forgetUnsentTexts}>
            <button type="submit">{t("site.signOut")}</button>
          </form>
        </div>
      </div>
    </>
  );
}

function ReaderLinks() {
  const { pathname, search } = useLocation();
  const { t } = useWords();
  return (
    <>
      <a className="button quiet" href={signInPath(`${pathname}${search}`)}>
        {t("site.signIn")}
      </a>
      <NewThreadLink />
    </>
  );
}

/** On a telephone it is a plus alone. */
function NewThreadLink() {
  const { t } = useWords();
  return (
    <a className="button primary new-thread" href={newThreadPath()} aria-label={t("site.newThread")}>
      <span>{t("site.newThread")}</span>
    </a>
  );
}

/** Tells a suspended member until when, and why. */
export function SuspensionNotice({ viewer }: { viewer: Viewer }) {
  const words = useWords();
  if (!viewer.suspendedUntil) return null;
  const reason =
    viewer.suspensionReason && words.t("site.suspensionReason", { reason: viewer.suspensionReason });
  return (
    <p className="notice error">
      {rich(words, "site.suspended", { until: <Time value={viewer.suspendedUntil} /> })}
      {reason && ` ${reason}`}
    </p>
  );
}

/** Says that the page is a copy and how old it is; and tells members why it does not greet them. */
export function OutageNotice({ madeAt, isMember }: { madeAt: number; isMember: boolean }) {
  const words = useWords();
  return (
    <p className="outage" role="status">
      {rich(words, "site.outage", { when: <Time value={new Date(madeAt).toISOString()} /> })}
      {isMember && ` ${words.t("site.outageOfMember")}`}
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

/** The operator's letters in place of it. */
function OwnMark({ text }: { text: string }) {
  return (
    <span className="mark letters" aria-hidden="true">
      {text}
    </span>
  );
}

export function SiteFooter({ site: { name, footerLinks } }: { site: SiteFace }) {
  const words = useWords();
  const home = (text: ReactNode) => <a href={homePath()}>{text}</a>;
  return (
    <footer className="site-footer">
      <p>{rich(words, "site.footer", { home, name })}</p>
      {footerLinks.length > 0 && (
        <nav aria-label={words.t("site.footerNav")}>
          <ul>
            {footerLinks.map(({ label, href }) => (
              <li key={label}>
                <a href={href}>{label}</a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </footer>
  );
}
