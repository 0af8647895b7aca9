import { index, type RouteConfig, route } from "@react-router/dev/routes";

export default [
  index("routes/home.tsx"),
  route("c/:category", "routes/categories/show.tsx"),

  route("t/new", "routes/threads/new.tsx"),
  route("t/:number/:slug?", "routes/threads/show.tsx"),
  route("t/:number/moderation/lock", "routes/threads/lock.ts"),
  route("t/:number/moderation/pin", "routes/threads/pin.ts"),

  route("t/:number/replies/new", "routes/replies/new.tsx"),
  route("t/:number/replies/:reply/edit", "routes/replies/edit.tsx"),
  route("t/:number/replies/:reply/delete", "routes/replies/delete.ts"),
  route("t/:number/replies/:reply/vote", "routes/replies/vote.ts"),

  route("media", "routes/pictures/upload.ts"),

  route("u/:handle", "routes/members/show.tsx"),
  route("u/:handle/pictures", "routes/pictures/of-member.tsx"),
  route("settings", "routes/members/settings.tsx"),
  route("settings/pictures", "routes/pictures/own.tsx"),

  route("sign-in", "routes/session/sign-in.ts"),
  route("sign-up", "routes/session/sign-up.ts"),
  route("sign-out", "routes/session/sign-out.ts"),
  route("continue/:id", "routes/session/continue.tsx"),

  // Middleware and headers reach only what matches a route: this one matches everything else.
  route("*", "routes/not-found.tsx"),
] satisfies RouteConfig;
