/**
 * The container's terminal, served on the caller's standard streams: keys, output, size. The streams need not be
 * a terminal themselves. Of two terminals in a row only one may edit lines, echo and turn Ctrl-C into a signal:
 * that is the container's, so the caller's is raw meanwhile.
 */
import { close, fcntl } from '../../kernel/calls/file.ts';
import { O_NONBLOCK, O_RDWR } from '../../kernel/constants/file.ts';
import { attempt, perform } from '../../kernel/local.ts';
import { Wakeup } from '../../kernel/wakeup.ts';
import { copyInput, copyOutput, feed, NEWLINE } from './copy.ts';
import { endOfInput, isTerminal, keepLineEnds, RawMode } from './line-settings.ts';
import { copyWindowSize } from './window-size.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const F_SETFL = 4;

/**
 * Gives the container's terminal what it takes from the caller's streams. Before the program is executed, or it may
 * see a terminal without a size.
 */
export function prepareTerminal(master: number): void {
  if (!isTerminal(STDOUT)) keepLineEnds(master);
  const window = callersWindow();
  if (window !== undefined) copyWindowSize(window, master);
}

/** The caller's terminal, whose window the container's is shown in. */
function callersWindow(): number | undefined {
  return [STDIN, STDOUT, STDERR].find(isTerminal);
}

/** Serves a terminal from its construction on, until `finish` or disposal. */
export class TerminalProxy implements Disposable {
  readonly #master: number;
  readonly #end = new Wakeup();
  readonly #window = callersWindow();
  readonly #raw: RawMode | undefined;
  #isOpen = true;
  readonly #input: Promise<void>;
  readonly #output: Promise<void>;

  /**
   * @param master of the container's terminal; it is ours from now on
   * @throws RuntimeError `system`
   */
  constructor(master: number) {
    this.#master = master;
    perform(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
    process.on('SIGWINCH', this.#resize);
    process.on('SIGCONT', this.#resume);
    // It may have changed since the terminal was prepared.
    this.#resize();
    this.#raw = isTerminal(STDIN) ? new RawMode(STDIN) : undefined;
    this.#output = this.#copyOutput();
    this.#input = this.#copyInput();
  }

  /**
   * To be called when the process has ended. Resolves when the caller has everything that was written, and the
   * caller's terminal is as it was.
   */
  async finish(): Promise<void> {
    this.#end.wake();
    await Promise.all([this.#input, this.#output]);
    this.#hangUp();
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#raw?.[Symbol.dispose]();
    process.off('SIGWINCH', this.#resize);
    process.off('SIGCONT', this.#resume);
    this.#end.wake();
  }

  async #copyInput(): Promise<void> {
    const sink = { to: this.#master, end: this.#end.fd };
    const last = await copyInput({ from: STDIN, ...sink });
    if (last === undefined) return;
    // In the middle of a line the first one only completes what is read.
    if (last !== NEWLINE) await feed(sink, endOfInput(this.#master));
    await feed(sink, endOfInput(this.#master));
  }

  async #copyOutput(): Promise<void> {
    const taken = await copyOutput({ from: this.#master, to: STDOUT, end: this.#end.fd });
    if (taken) return;
    // Nobody reads what the container writes: it gets a hang-up, as with any terminal that goes away.
    this.#end.wake();
    await this.#input;
    this.#hangUp();
  }

  #hangUp(): void {
    if (this.#isOpen) attempt(close(this.#master));
    this.#isOpen = false;
  }

  readonly #resize = () => {
    if (this.#isOpen && this.#window !== undefined) copyWindowSize(this.#window, this.#master);
  };

  readonly #resume = () => {
    this.#raw?.enter();
    this.#resize();
  };
}
