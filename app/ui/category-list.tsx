import type { CategorySummary } from "#app/domain/views.ts";
import { categoryPath, threadPath } from "#app/paths.ts";
import { Count } from "./count.tsx";
import { Time } from "./time.tsx";

/** Every category with what it is about, how much is in it, and what was written last. */
export function CategoryList({ categories }: { categories: CategorySummary[] }) {
  if (categories.length === 0) return <p className="empty">There are no categories yet.</p>;
  return (
    <ul className="category-list">
      {categories.map((category) => (
        <li key={category.slug}>
          <h3>
            <a href={categoryPath(category.slug)}>{category.name}</a>
          </h3>
          {category.description && <p>{category.description}</p>}
          <p className="quiet">
            <Count value={category.threadCount} one="thread" many="threads" /> ·{" "}
            <Count value={category.replyCount} one="reply" many="replies" />
          </p>
          {category.latest && (
            <p className="quiet category-latest">
              <a href={threadPath(category.latest)}>{category.latest.title}</a>{" "}
              <Time value={category.latest.lastActivityAt} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
