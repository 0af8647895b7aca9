import { v5 as uuidv5 } from "uuid";

/**
 * Keys made of what the old forum called things, so that a second import of the same thing finds the first one's row.
 * `host` keeps two old forums apart.
 */
export function createIds(host: string) {
  const namespace = uuidv5(`https://${host}`, uuidv5.URL);
  const make = (name: string) => uuidv5(name, namespace);
  return {
    /** No id of Clerk's looks like this, so nobody can sign in as an imported person. */
    person: (username: string) => `discourse:${host}:${username.toLowerCase()}`,
    category: (category: number) => make(`category/${category}`),
    thread: (topic: number) => make(`topic/${topic}`),
    reply: (topic: number, post: number) => make(`topic/${topic}/post/${post}`),
    vote: (topic: number, post: number, username: string) =>
      make(`topic/${topic}/post/${post}/like/${username.toLowerCase()}`),
  };
}

export type Ids = ReturnType<typeof createIds>;
