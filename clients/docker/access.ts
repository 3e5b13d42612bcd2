/** Docker's refusal of a user, in words that help; every other complaint of its command line tells its cause itself. */
export const noAccess = {
  message: "a Docker engine runs, but this user may not use it",
  remedy:
    "sudo usermod --append --groups docker $USER, log in again, and run the same command again (or, this once, with sudo)",
} as const;

/** Whether a complaint of the docker command is that this user may not use the engine's socket. */
export function isNoAccess(complaint: string): boolean {
  return /permission denied while trying to connect|\.sock\b[^\n]*permission denied/i.test(complaint);
}
