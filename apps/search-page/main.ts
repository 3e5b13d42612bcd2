/** The search page's process: settings from the environment, ended by SIGTERM or SIGINT at once. */
import { once } from "node:events";
import { createServer } from "node:http";
import { httpEndpoint } from "../../lib/endpoint.ts";
import { logLine } from "../../lib/log-line.ts";
import { answer } from "./server.ts";
import { readSettings, SettingsError } from "./settings.ts";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      console.log(logLine({ level: "INFO", text: `page: ended by ${signal}` }));
      process.exit(0);
    });
  }
  const server = createServer((request, response) => void answer(settings, request, response));
  // All of the container's addresses: it is published on loopback only.
  server.listen(settings.port);
  await once(server, "listening");
  const tables = settings.indices.map(({ table }) => table).join(", ");
  const { url } = httpEndpoint(settings.engineUrl);
  console.log(logLine({ level: "INFO", text: `page: listens on port ${settings.port}, searches ${tables} at ${url}` }));
}

try {
  await main();
} catch (error) {
  // A mistake of ours keeps its stack trace; the container's restart policy starts it anew.
  if (!(error instanceof SettingsError)) throw error;
  console.error(logLine({ level: "ERROR", text: `page: ${error.message}` }));
  process.exitCode = 1;
}
