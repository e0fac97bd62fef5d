/**
 * The container's terminal, served on the caller's standard streams: keys, output, size. The streams need not be
 * a terminal themselves. Of two terminals in a row only one may edit lines, echo and turn Ctrl-C into a signal:
 * that is the container's, so the caller's is raw meanwhile.
 */
import { close, fcntl } from '../../kernel/calls/file.ts';
import { O_NONBLOCK, O_RDWR } from '../../kernel/constants/file.ts';
import { attempt, perform } from '../../kernel/local.ts';
import { Wakeup } from '../../kernel/wakeup.ts';
import { copyInput, copyOutput, feed } from './copy.ts';
import { endOfInput, isTerminal, keepLineEnds, RawMode } from './line-settings.ts';
import { copyWindowSize } from './window-size.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const F_SETFL = 4;

/** Serves a terminal from its construction on, until `finish` or disposal. */
export class TerminalProxy implements Disposable {
  readonly #master: number;
  readonly #end = new Wakeup();
  /** The caller's terminal, whose window it is shown in. */
  readonly #window = [STDIN, STDOUT, STDERR].find(isTerminal);
  readonly #raw: RawMode | undefined;
  readonly #input: Promise<void>;
  readonly #output: Promise<void>;

  /**
   * @param master of the container's terminal; it is ours from now on
   * @throws RuntimeError `system`
   */
  constructor(master: number) {
    this.#master = master;
    perform(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
    if (!isTerminal(STDOUT)) keepLineEnds(master);
    this.#resize();
    process.on('SIGWINCH', this.#resize);
    process.on('SIGCONT', this.#resume);
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
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#raw?.[Symbol.dispose]();
    process.off('SIGWINCH', this.#resize);
    process.off('SIGCONT', this.#resume);
    this.#end.wake();
  }

  async #copyInput(): Promise<void> {
    const { fd: end } = this.#end;
    const ended = await copyInput({ from: STDIN, to: this.#master, end });
    if (ended) await feed({ to: this.#master, end }, endOfInput(this.#master));
  }

  async #copyOutput(): Promise<void> {
    const taken = await copyOutput({ from: this.#master, to: STDOUT, end: this.#end.fd });
    if (taken) return;
    // Nobody reads what the container writes: it gets a hang-up, as with any terminal that goes away.
    this.#end.wake();
    await this.#input;
    attempt(close(this.#master));
  }

  readonly #resize = () => {
    if (this.#window !== undefined) copyWindowSize(this.#window, this.#master);
  };

  readonly #resume = () => {
    this.#raw?.enter();
    this.#resize();
  };
}
