/** How terminals treat lines, termios(3). */
import { ioctl, ioctlOut } from '../../kernel/calls/file.ts';
import { TCGETS, TCSETS, TERMIOS_SIZE } from '../../kernel/constants/process.ts';
import { beforeEnd } from '../../kernel/end-process.ts';
import { attempt, perform, performForBytes } from '../../kernel/local.ts';

const CONTROL_CHARACTERS = 17;
const VEOF = 4;
const VTIME = 5;
const VMIN = 6;

/** IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON */
const INPUT_PROCESSING = 0x01 | 0x02 | 0x08 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
const OPOST = 0x01;
const ONLCR = 0x04;
/** ISIG, ICANON, ECHO, ECHONL, IEXTEN */
const LINE_EDITING = 0x01 | 0x02 | 0x08 | 0x40 | 0x8000;
/** CSIZE, PARENB */
const SIZE_AND_PARITY = 0x30 | 0x100;
const CS8 = 0x30;

/** Raw mode, cfmakeraw(3): every key is passed on as it is, Ctrl-C too. The settings come back on every way out. */
export class RawMode implements Disposable {
  readonly #fd: number;
  readonly #original: Uint8Array;
  readonly #atEnd: Disposable;

  /** @throws RuntimeError `system` */
  constructor(fd: number) {
    this.#fd = fd;
    this.#original = settingsOf(fd);
    this.#atEnd = beforeEnd(() => this.#restore());
    this.enter();
  }

  /** Once more: a shell that had stopped us has set its own mode. */
  enter(): void {
    attempt(ioctl(this.#fd, TCSETS, rawCopy(this.#original)));
  }

  [Symbol.dispose](): void {
    this.#atEnd[Symbol.dispose]();
    this.#restore();
  }

  #restore(): void {
    attempt(ioctl(this.#fd, TCSETS, this.#original));
  }
}

/** Line ends of the terminal's output stay as the program wrote them: for files and pipes. */
export function keepLineEnds(fd: number): void {
  const settings = settingsOf(fd);
  const flags = flagsOf(settings);
  flags[1] = (flags[1] ?? 0) & ~ONLCR;
  perform(ioctl(fd, TCSETS, settings));
}

/** What the terminal takes for the end of its input: Ctrl-D, as a rule. */
export function endOfInput(fd: number): number {
  return settingsOf(fd)[CONTROL_CHARACTERS + VEOF] as number;
}

function settingsOf(fd: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(performForBytes(ioctlOut(fd, TCGETS, TERMIOS_SIZE)));
}

/** c_iflag, c_oflag, c_cflag, c_lflag */
function flagsOf(settings: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(settings.buffer, 0, 4);
}

function rawCopy(original: Uint8Array): Uint8Array {
  const raw = new Uint8Array(original);
  const flags = flagsOf(raw);
  const [input = 0, output = 0, control = 0, local = 0] = flags;
  flags[0] = input & ~INPUT_PROCESSING;
  flags[1] = output & ~OPOST;
  flags[2] = (control & ~SIZE_AND_PARITY) | CS8;
  flags[3] = local & ~LINE_EDITING;
  raw[CONTROL_CHARACTERS + VMIN] = 1;
  raw[CONTROL_CHARACTERS + VTIME] = 0;
  return raw;
}
