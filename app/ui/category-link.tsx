import type { CategoryName } from "#app/domain/views.ts";
import { categoryPath } from "#app/paths.ts";

/** A category by its name, with a dot of its colour. */
export function CategoryLink({ category: { slug, name, color } }: { category: CategoryName }) {
  return (
    <a className="category" data-color={color} href={categoryPath(slug)}>
      {name}
    </a>
  );
}
