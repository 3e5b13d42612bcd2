import { expect, test } from "vitest";
import { orphansOf, parseProcesses } from "../../../tools/toolchain/orphans.ts";

const processes = parseProcesses(`
    1     0 /sbin/init
  100     1 make up
  101   100 node tools/make.ts up
  102   101 pulumi up --yes
  103   102 /cache/bin/pulumi-language-nodejs 127.0.0.1:1
  104   102 node /here/provider/main.ts 127.0.0.1:1
  200     1 /cache/plugins/resource-docker-v5.2.0/pulumi-resource-docker 127.0.0.1:2
  201     1 node /here/provider/main.ts 127.0.0.1:2
  202     1 /bin/sh -c node provider/scripts/install-plugin.ts
  203   202 node provider/scripts/install-plugin.ts
  204     1 node /here/node_modules/@pulumi/pulumi/cmd/run/index.js --monitor 127.0.0.1:3
  300     1 bash
  301   300 vim provider/handler.ts
  302     1 node apps/guard/main.ts
`);

test("orphans are what pulumi has started and no living pulumi stands behind", () => {
  const ids = (inFolder: (pid: number) => boolean) => orphansOf(processes, inFolder).map(({ pid }) => pid);
  expect(ids(() => true)).toEqual([200, 201, 202, 203, 204]);
  // Those of another checkout are that one's.
  expect(ids((pid) => pid !== 201)).toEqual([200, 202, 203, 204]);
});
