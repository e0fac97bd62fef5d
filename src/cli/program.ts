/** One command from its words to its exit status. Nothing is thrown from here: errors are printed and logged. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { setOwnUmask } from '../host/umask.ts';
import { prctl } from '../kernel/calls/process.ts';
import { PR_SET_DUMPABLE } from '../kernel/constants/process.ts';
import { attempt } from '../kernel/local.ts';
import { Logger } from '../log/logger.ts';
import { writeToStderr } from '../log/standard-error.ts';
import { writeAll } from '../log/write-all.ts';
import type { Command, Context } from './command.ts';
import { commandNames, findCommand } from './commands.ts';
import { explain } from './explain.ts';
import { globalTable } from './global-options.ts';
import { type Globals, readGlobals } from './globals.ts';
import { helpText } from './help-text.ts';
import { openLog } from './open-log.ts';
import { parseCommand } from './parse-command.ts';
import { runtimeFrom } from './runtime.ts';
import { didYouMean } from './suggest.ts';
import { unknownOption } from './unknown-option.ts';
import { versionText } from './version.ts';

const STDOUT = 1;

const FAILURE = 1;
/** runc's status for a command that does not exist. */
const NO_SUCH_COMMAND = 3;

/** What the completion scripts ask for, before the words so far. */
const COMPLETE = '--get-yargs-completions';

/**
 * Runs tsrun.
 *
 * @param argv the words after the program's name
 * @returns the exit status
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  if (argv[0] !== COMPLETE) return new Execution(readGlobals(argv)).run();
  const { completions } = await import('./completions.ts');
  for (const word of await completions(argv.slice(1))) print(`${word}\n`);
  return 0;
}

class Execution {
  readonly #globals: Globals;
  #logger: Logger;
  /** The exit status if it fails now. */
  #failureStatus = FAILURE;

  constructor(globals: Globals) {
    this.#globals = globals;
    this.#logger = new Logger({ format: 'text', level: 'warning', debug: globals.options.debug === true });
  }

  async run(): Promise<number> {
    try {
      setOwnUmask();
      this.#logger = openLog(this.#globals.options);
      const status = await this.#next();
      this.#logger.succeed();
      return status;
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  async #next(): Promise<number> {
    const { next } = this.#globals;
    switch (next.kind) {
      case 'command':
        return this.#dispatch(next.words);
      case 'help':
        return printHelp();
      case 'version':
        return printVersion();
      case 'unusual':
        throw unknownOption(next.token, globalTable.options);
      case 'wrong':
        throw next.error;
    }
  }

  async #dispatch([name, ...words]: readonly string[]): Promise<number> {
    if (name === undefined) return printHelp();
    const command = findCommand(name);
    if (command === undefined) {
      this.#failureStatus = NO_SUCH_COMMAND;
      throw unknownCommand(name);
    }
    const parsed = await parseCommand(command, words);
    if (parsed === 'help') return printHelp(command);
    this.#logger.printWarnings = command.warnings ?? 'never';
    this.#failureStatus = command.failureStatus ?? FAILURE;
    // The environment of containers stays in the heap: nobody reads it there, nor in a core dump.
    attempt(prctl(PR_SET_DUMPABLE, 0));
    return (await command.run(this.#context(), parsed)) ?? 0;
  }

  #context(): Context {
    const runtime = runtimeFrom(this.#globals.options, this.#logger);
    return { runtime, print, complain: (line) => writeToStderr(`tsrun: ${line}\n`) };
  }

  async #fail(thrown: unknown): Promise<number> {
    try {
      this.#logger.fail(await explain(thrown));
    } catch (broken) {
      writeToStderr(`tsrun: internal error: ${String(thrown)} (${String(broken)})\n`);
    }
    return this.#failureStatus;
  }
}

function print(text: string): void {
  try {
    writeAll(STDOUT, text);
  } catch (cause) {
    throw new RuntimeError('system', 'cannot write to standard output', {
      cause,
      hint: 'is the disk full that it is redirected to?',
    });
  }
}

async function printHelp(command?: Command): Promise<number> {
  print(await helpText(command));
  return 0;
}

function printVersion(): number {
  print(versionText());
  return 0;
}

function unknownCommand(name: string): RuntimeError {
  const hint = didYouMean(name, commandNames) ?? 'tsrun --help lists the commands';
  return new RuntimeError('usage', `No help topic for '${name}'`, { hint });
}
