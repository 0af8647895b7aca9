import { inspectScenes } from "./inspect.ts";
import { READERS_SCENES } from "./scenes.ts";

inspectScenes(READERS_SCENES);
