import { isRouteErrorResponse, type ShouldRevalidateFunctionArgs } from "react-router";
import type { FormState } from "#app/domain/form.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { isMessage } from "#app/messages/message.ts";

/**
 * What the server answers to what a fetcher sent; where it fails, `failed` of what is to be said instead (`lost` where no
 * answer came): the page, and what is typed on it, stays. A redirect, as to the page on which the form of somebody
 * signed out waits, is thrown on.
 */
export async function answerOr<Answer, Failed>(
  ask: () => Promise<Answer>,
  lost: Message,
  failed: (message: Message) => Failed,
): Promise<Answer | Failed> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Response) throw error;
    const message: unknown = isRouteErrorResponse(error) ? error.data?.message : null;
    return failed(isMessage(message) ? message : lost);
  }
}

/** What the server answers to a preview; where it fails, an answer that says so. */
export function previewAnswer<Answer extends FormState>(ask: () => Promise<Answer>): Promise<Answer> {
  return answerOr(ask, "form.previewLost", (form) => ({ values: {}, errors: { form } }) as unknown as Answer);
}

/** Neither a vote, whose button shows it already, nor a preview changes anything else on the page. */
export function revalidates({
  formAction,
  formData,
  defaultShouldRevalidate,
}: ShouldRevalidateFunctionArgs): boolean {
  const isAside = formAction?.endsWith("/vote") || formData?.has("preview");
  return !isAside && defaultShouldRevalidate;
}
