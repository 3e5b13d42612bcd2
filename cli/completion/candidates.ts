/** What can come next on a command line, read out of the commands as the help has them. */
import type { Argument, Command, Option } from "commander";

/** A word that fits, and what the help says of it. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What the words of a command line can be names of. */
export type Kind = "stack" | "shard" | "connector" | "table" | "component";

/** Gives the names of a kind, as the stack that is named on the line (undefined: the default one) has them. */
export type NamesOf = (kind: Kind, stack: string | undefined) => Promise<readonly string[]>;

/** Kinds by what options and arguments are called in the help; a name that is not here can be anything. */
const kinds: Readonly<Record<string, Kind>> = {
  stack: "stack",
  shard: "shard",
  shards: "connector",
  table: "table",
  component: "component",
};

/**
 * The words that can stand at the end of a line.
 * @param words the line after `cdc`; the last one is being typed, and may be empty.
 */
export async function candidates(program: Command, words: readonly string[], namesOf: NamesOf): Promise<Candidate[]> {
  const line = read(program, withoutEquals(words));
  const all = await fitting(line, namesOf);
  return all.filter(({ word }) => word.startsWith(line.current));
}

/** A line as far as it is written. */
interface Line {
  readonly command: Command;
  /** The option that the current word is the value of; undefined when it is none. */
  readonly option: Option | undefined;
  /** Whether the option stands in the current word too, as `--stack=`. */
  readonly joined: string;
  /** The arguments of the command before the current word. */
  readonly given: readonly string[];
  readonly current: string;
  readonly stack: string | undefined;
}

/** bash takes `=` for a word of its own. */
function withoutEquals(words: readonly string[]): string[] {
  const last = words.at(-1) ?? "";
  return [...words.slice(0, -1).filter((word) => word !== "="), last === "=" ? "" : last];
}

function read(program: Command, words: readonly string[]): Line {
  let command = program;
  let given: string[] = [];
  let stack: string | undefined;
  let waiting: Option | undefined;
  for (const word of words.slice(0, -1)) {
    const option = optionOf(command, word.split("=")[0] ?? "");
    const value = waiting === undefined ? /^--\w[\w-]*=(.*)$/s.exec(word)?.[1] : word;
    if (value !== undefined && (waiting ?? option)?.attributeName() === "stack") stack = value;
    if (waiting !== undefined) waiting = undefined;
    else if (word.startsWith("-")) waiting = value === undefined && option?.required === true ? option : undefined;
    else {
      const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (next === undefined) given.push(word);
      else [command, given] = [next, []];
    }
  }
  const current = words.at(-1) ?? "";
  const joined = waiting === undefined ? (/^--\w[\w-]*=/.exec(current)?.[0] ?? "") : "";
  const option = joined === "" ? waiting : optionOf(command, joined.slice(0, -1));
  return { command, option, joined, given, current, stack };
}

function optionOf(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(({ long, short }) => flag === long || flag === short);
}

/** The options that count for a command: its own, and those before it. */
function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent === null ? [] : optionsOf(command.parent))];
}

async function fitting(line: Line, namesOf: NamesOf): Promise<Candidate[]> {
  const { command, option, joined, given, current, stack } = line;
  if (option !== undefined || joined !== "") {
    const values = option === undefined ? [] : await valuesOf(option, kinds[option.attributeName()]);
    return values.map(({ word, about }) => ({ word: `${joined}${word}`, about }));
  }
  if (current.startsWith("-")) {
    const options = optionsOf(command).filter(({ hidden }) => !hidden);
    const own = options.flatMap(({ long, description }) => (long == null ? [] : [{ word: long, about: description }]));
    return [...own, { word: "--help", about: "display help for command" }];
  }
  if (command.commands.length > 0) {
    if (given.length > 0) return []; // a command that is none
    const visible = command.createHelp().visibleCommands(command);
    return visible.map((one) => ({ word: one.name(), about: one.summary() }));
  }
  const { registeredArguments: known } = command;
  const argument = known[given.length] ?? (known.at(-1)?.variadic === true ? known.at(-1) : undefined);
  if (argument === undefined) return [];
  // The sink has offsets too, and is called by its connector's name.
  const isOperated = command.parent?.name() === "offsets";
  const values = await valuesOf(argument, isOperated ? "connector" : kinds[argument.name()]);
  return values.filter(({ word }) => !given.includes(word));

  async function valuesOf({ argChoices }: Option | Argument, kind: Kind | undefined): Promise<Candidate[]> {
    if (argChoices !== undefined) return argChoices.map((word) => ({ word, about: "" }));
    return kind === undefined ? [] : (await namesOf(kind, stack)).map((word) => ({ word, about: kind }));
  }
}
