import { replaceShortcodes } from "#app/domain/emoji.ts";
import { cleanLine } from "#app/domain/text.ts";
import { Problem } from "../problem.ts";
import { NOTES, type Notes } from "./notes.ts";
import { readTopics } from "./read-topics.ts";
import { type DiscoursePost, type DiscourseTopic, POST_TYPES } from "./topic.ts";

export type SurveyedTopic = {
  id: number;
  line: number;
  title: string;
  createdAt: string;
  lastNumber: number;
  /** The old category's id. */
  category: number;
};
export type SurveyedPerson = { username: string; name: string; since: string };
export type SurveyedCategory = { id: number; name: string; slug: string };

/** What an export holds, without the posts' texts: the first of two readings, so that links can point forward. */
export type Survey = {
  /** The old forum's host, as its people's pictures tell it; null where none does. */
  host: string | null;
  topics: Map<number, SurveyedTopic>;
  /** By user name in lower case. */
  people: Map<string, SurveyedPerson>;
  categories: Map<number, SurveyedCategory>;
};

/**
 * Reads an export once, and notes the lines and topics that will be left out.
 * @throws Problem when the file cannot be read or holds no topic
 */
export async function surveyExport(file: string, notes: Notes): Promise<Survey> {
  const survey: Survey = { host: null, topics: new Map(), people: new Map(), categories: new Map() };
  const hosts = new Map<string, number>();
  let firstProblem = "";
  for await (const line of readTopics(file)) {
    if ("problem" in line) {
      firstProblem ||= `Line ${line.line} ${line.problem}.`;
      notes.add(NOTES.badLine, `line ${line.line} ${line.problem}`);
      continue;
    }
    const reason = survey.topics.has(line.topic.id) ? NOTES.repeated : reasonToLeaveOut(line.topic);
    if (reason) notes.add(reason, `topic ${line.topic.id} (line ${line.line})`);
    else addTopic(survey, hosts, line.topic, line.line);
  }
  if (survey.topics.size === 0)
    throw new Problem(`${file} holds no topics to import. ${firstProblem}`.trim());
  survey.host = [...hosts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
  return survey;
}

function reasonToLeaveOut(topic: DiscourseTopic): string | null {
  if (topic.isPrivate) return NOTES.private;
  if (topic.isDeleted) return NOTES.deletedTopic;
  if (topic.isUnlisted) return NOTES.unlisted;
  const opening = postsOf(topic)[0];
  const hasOpening = opening?.number === 1 && !opening.isGone && hasText(opening);
  return hasOpening ? null : NOTES.noOpening;
}

function addTopic(survey: Survey, hosts: Map<string, number>, topic: DiscourseTopic, line: number): void {
  const posts = postsOf(topic);
  survey.topics.set(topic.id, {
    id: topic.id,
    line,
    title: titleOf(topic),
    createdAt: posts[0]?.createdAt ?? topic.createdAt,
    lastNumber: posts.at(-1)?.number ?? 1,
    category: topic.category.id,
  });
  survey.categories.set(topic.category.id, topic.category);
  for (const post of [...posts, ...topic.posts.filter(isClosing)]) {
    addPerson(survey, { username: post.username, name: post.name, since: post.createdAt });
    for (const liker of post.likes.people) addPerson(survey, { ...liker, since: post.createdAt });
    const host = /\/user_avatar\/([\w.-]+)\//.exec(post.avatar)?.[1];
    if (host) hosts.set(host, (hosts.get(host) ?? 0) + 1);
  }
}

function addPerson({ people }: Survey, person: SurveyedPerson): void {
  const key = person.username.toLowerCase();
  const known = people.get(key);
  if (!known) people.set(key, { ...person });
  else if (person.since < known.since) known.since = person.since;
}

/** The posts of a topic that become replies, in order, each number once. */
export function postsOf(topic: DiscourseTopic): DiscoursePost[] {
  return topic.posts.filter(
    ({ type, number }, index, posts) =>
      (type === POST_TYPES.regular || type === POST_TYPES.moderatorAction) &&
      !posts.slice(Math.max(0, index - 1), index).some((earlier) => earlier.number === number),
  );
}

/** Whether this small action closed the topic. */
export function isClosing(post: DiscoursePost): boolean {
  return post.type === POST_TYPES.smallAction && /^(?:auto)?closed\.enabled$/.test(post.actionCode);
}

/** Whether there is anything to bring along. */
export function hasText(post: DiscoursePost): boolean {
  return post.raw.trim() !== "" || post.cooked.trim() !== "";
}

/** The topic's title as ours. */
export function titleOf(topic: DiscourseTopic): string {
  return cleanLine(replaceShortcodes(topic.title)) || `Topic ${topic.id}`;
}
