/** A post's HTML: rendered and sanitized by app/domain/markdown.ts when it was written, and trusted only for that. */
export function Body({ html }: { html: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the one place where stored HTML reaches a page
  return <div className="body" dir="auto" dangerouslySetInnerHTML={{ __html: html }} />;
}
