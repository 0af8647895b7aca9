/**
 * The component of an address that only takes forms. React Router sends what goes wrong in a route without a
 * component as bare JSON; with one, it reaches the error page.
 */
export function NoPage() {
  return null;
}
