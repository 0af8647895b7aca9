import type { Config } from "@react-router/dev/config";

export default {
  ssr: true,
  // The whole route map is small: sending it at once saves members a round trip on their first link.
  routeDiscovery: { mode: "initial" },
} satisfies Config;
