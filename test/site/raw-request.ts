import { request } from "node:http";

export type RawAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
};

type RawRequest = { method?: string; path: string; headers?: Record<string, string>; body?: string };

/** Sends what `fetch` would tidy up or refuse: any Host, any method, a path as it is typed, a GET with a body. */
export function rawRequest(origin: string, { method = "GET", path, headers, body }: RawRequest) {
  const { hostname, port } = new URL(origin);
  return new Promise<RawAnswer>((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers, setHost: !headers?.Host, agent: false },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
