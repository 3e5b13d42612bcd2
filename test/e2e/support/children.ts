/**
 * Before every end-to-end file: a short child every 20 s. Seen once: a test waited for the end of a child until its time was up,
 * and went on in the moment in which another child ended; Node then looks at all that have ended. Most probably the word of the
 * first one's end (SIGCHLD) was lost.
 */
import { spawn } from "node:child_process";

setInterval(() => {
  spawn("true", { stdio: "ignore" })
    .once("error", () => {})
    .unref();
}, 20_000).unref();
