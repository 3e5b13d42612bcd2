/** CDC-701, for whoever has asked the engine. */
import { isNoAccess, noAccess } from "../clients/docker/access.ts";
import { saidOf } from "../clients/docker/client.ts";
import type { Findings } from "./findings.ts";

/** @param error why there was no answer. */
export function noEngine(error: unknown): Findings {
  const host = process.env["DOCKER_HOST"];
  const said = firstLine(error);
  const isRefused = isNoAccess(said);
  return {
    problems: [
      {
        code: "CDC-701",
        path: host ? `Docker engine at DOCKER_HOST=${host}` : "Docker engine",
        message: isRefused ? noAccess.message : `no engine answers: ${said}`,
        remedy: isRefused
          ? noAccess.remedy
          : host
            ? "start it there, or unset DOCKER_HOST to use an engine on this machine"
            : "start it (sudo systemctl start docker), or let `make up` bring one; `docker version` has to succeed for this user",
      },
    ],
    warnings: [],
  };
}

/** What an error says, for a place in a sentence. */
export function firstLine(error: unknown): string {
  return saidOf(error).trim().split("\n")[0] ?? "";
}
