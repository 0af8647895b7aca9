const format = new Intl.NumberFormat("en");

/** A number with its noun: "1 reply", "1,204 replies". */
export function Count({ value, one, many }: { value: number; one: string; many: string }) {
  return `${format.format(value)} ${value === 1 ? one : many}`;
}
