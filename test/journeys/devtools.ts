import { launch } from "chrome-launcher";
import { freePort } from "#local/ports.ts";
import { findChromium } from "#local/programs.ts";

type Message = { id?: number; method?: string; params?: Json; result?: Json; error?: { message: string } };
// biome-ignore lint/suspicious/noExplicitAny: the protocol's own shapes, of which each caller knows a part
type Json = any;

/** A Chromium without Playwright, which forbids every page to be drawn ahead of time, and the port of its DevTools. */
export async function launchPlainChromium() {
  const chromePath = findChromium();
  if (!chromePath) throw new Error("There is no Chromium here. On Debian: apt-get install chromium");
  const chromeFlags = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"];
  return launch({
    chromePath,
    chromeFlags,
    port: await freePort(),

    logLevel: "silent",
  });
}

/**
 * The one tab of a Chromium, driven by its DevTools protocol. It is attached to as a tab: a debugger that is attached
 * to the page itself keeps Chromium from drawing another page beside it.
 */
export async function openTab(port: number) {
  const version = await fetch(`http://127.0.0.1:${port}/json/version`);
  const { webSocketDebuggerUrl } = (await version.json()) as { webSocketDebuggerUrl: string };
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const answers = new Map<number, (message: Message) => void>();
  const events: Message[] = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) events.push(message);
    else answers.get(message.id)?.(message);
  };
  let sent = 0;
  const send = async (method: string, params: Json = {}, sessionId?: string): Promise<Json> => {
    const id = ++sent;
    const { result, error } = await new Promise<Message>((resolve) => {
      answers.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  const { targetInfos } = await send("Target.getTargets", { filter: [{}] });
  const { targetId } = targetInfos.find(({ type }: { type: string }) => type === "tab");
  const { sessionId: tab } = await send("Target.attachToTarget", { targetId, flatten: true });
  const attach = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
  await send("Target.setAutoAttach", attach, tab);
  return {
    send,
    /** Every event of one kind so far, the oldest first. */
    events: (method: string): Json[] =>
      events.filter((event) => event.method === method).map(({ params }) => params),
    close: () => socket.close(),
  };
}
