/**
 * The container's terminal, served on the caller's standard streams: keys, output, size. The streams need not be
 * a terminal themselves. Of two terminals in a row only one may edit lines, echo and turn Ctrl-C into a signal:
 * that is the container's, so the caller's is raw meanwhile.
 */
import { close, fcntl, write } from '../../kernel/calls/file.ts';
import { F_SETFL, O_NONBLOCK, O_RDWR } from '../../kernel/constants/file.ts';
import { type Source, serve } from '../../kernel/event-loop.ts';
import { isTerminal } from '../../kernel/is-terminal.ts';
import { attempt, perform } from '../../kernel/local.ts';
import { UnblockedWriter } from '../../kernel/unblocked-writer.ts';
import { endOfInput, keepLineEnds, RawMode } from './line-settings.ts';
import { NEWLINE, Relay } from './relay.ts';
import { copyWindowSize } from './window-size.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** Of output, 4 KiB each, that are copied before the other sources have their turn. */
const CHUNKS = 16;

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

/** @param master of the container's terminal; it is ours from now on */
export function serveTerminal(master: number): TerminalProxy {
  return new TerminalProxy(master);
}

/** Serves a terminal by its sources, until `finish` or disposal. */
export class TerminalProxy implements Disposable {
  readonly sources: readonly Source[];
  readonly #master: number;
  readonly #window = callersWindow();
  #raw: RawMode | undefined;
  readonly #stdout = new UnblockedWriter(STDOUT);
  readonly #input: Relay;
  readonly #output: Relay;
  #isOpen = true;

  /**
   * @param master of the container's terminal; it is ours from now on
   * @throws RuntimeError `system`
   */
  constructor(master: number) {
    this.#master = master;
    perform(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
    this.#input = new Relay({
      from: STDIN,
      to: { fd: master, write: (bytes) => attempt(write(master, bytes)) },
      chunks: 1,
      closing: (last) => closing(master, last),
    });
    this.#output = new Relay({ from: master, to: this.#stdout, chunks: CHUNKS });
    this.sources = [
      { interest: () => this.#output.interest(), handle: () => this.#copyOutput() },
      this.#input,
    ];
    // It may have changed since the terminal was prepared.
    this.resize();
    this.#raw = isTerminal(STDIN) ? new RawMode(STDIN) : undefined;
  }

  /** To be called when the caller's window may have another size. */
  resize(): void {
    if (this.#isOpen && this.#window !== undefined) copyWindowSize(this.#window, this.#master);
  }

  /** To be called when we had been stopped. */
  resume(): void {
    this.#raw?.enter();
    this.resize();
  }

  /**
   * To be called when the process has ended. The caller gets what it has room for. The caller's terminal is as it was,
   * unless there is more to come: it would change the line ends of that.
   */
  finish(): void {
    this.#input.stop();
    this.#output.drain();
    if (this.#output.isOver) this.#restore();
  }

  /**
   * To be called after `finish`. Resolves when the caller has everything that was written.
   *
   * @param beside is served meanwhile
   */
  async deliver(beside: Source): Promise<void> {
    await serve([beside, this.#output], () => this.#output.isOver);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#restore();
    this.#stdout[Symbol.dispose]();
    this.#hangUp();
  }

  #restore(): void {
    this.#raw?.[Symbol.dispose]();
    this.#raw = undefined;
  }

  #copyOutput(): void {
    this.#output.handle();
    // Without a reader of what it writes, the container gets a hang-up, as with any terminal that goes away.
    if (this.#output.isRefused) this.#hangUp();
  }

  #hangUp(): void {
    this.#input.stop();
    if (this.#isOpen) attempt(close(this.#master));
    this.#isOpen = false;
  }
}

/** At the end of the input. In the middle of a line the first end of input only completes what is read. */
function closing(master: number, last: number): Uint8Array {
  const end = endOfInput(master);
  return last === NEWLINE ? Uint8Array.of(end) : Uint8Array.of(end, end);
}
