import { beforeEach } from "vitest";

beforeEach(({ skip }) => skip("There is no Chromium on this machine."));
