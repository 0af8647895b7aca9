import type { CategorySummary } from "#app/domain/views.ts";
import { categoryPath, threadPath } from "#app/paths.ts";
import { Count } from "./count.tsx";
import { Time } from "./time.tsx";
import { useWords } from "./words.ts";

/** Every category with what it is about, how much is in it, and what was written last. */
export function CategoryList({ categories }: { categories: CategorySummary[] }) {
  const { t } = useWords();
  if (categories.length === 0) return <p className="empty">{t("category.none")}</p>;
  return (
    <ul className="category-list">
      {categories.map((category) => (
        <li key={category.slug}>
          <h3>
            <a href={categoryPath(category.slug)}>{category.name}</a>
          </h3>
          {category.description && <p>{category.description}</p>}
          <p className="quiet">
            <Count value={category.threadCount} of="threads" /> ·{" "}
            <Count value={category.replyCount} of="replies" />
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
