import { data, type MiddlewareFunction } from "react-router";
import { requestContext } from "#app/request/context.server.ts";

/** Shows what the Worker refused (a forged or an oversized request) as a page of this site. */
export const showRefusal: MiddlewareFunction<Response> = ({ context }) => {
  const { refusal } = context.get(requestContext);
  if (refusal) throw data({ message: refusal.message }, { status: refusal.status });
};
