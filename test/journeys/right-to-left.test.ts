import { inspectDisguised } from "./disguise.ts";

inspectDisguised("en-XB");
