import { inspectScenes } from "./inspect.ts";
import { MEMBERS_SCENES } from "./scenes.ts";

inspectScenes(MEMBERS_SCENES);
