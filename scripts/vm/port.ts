/** Commands for an agent of the guest (guest/agent.sh), over the sockets of its two ports. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

export type Account = 'root' | 'user';

export interface Output {
  readonly stdout: (data: Buffer) => void;
  readonly stderr: (data: Buffer) => void;
}

export class Port {
  readonly #out: Socket;
  readonly #err: Socket;

  private constructor(out: Socket, err: Socket) {
    this.#out = out;
    this.#err = err;
  }

  /** @param directory of the guest's sockets */
  static async open(directory: string, account: Account): Promise<Port> {
    const names = [account, `${account}.err`];
    const [out, err] = await Promise.all(names.map((name) => connected(join(directory, name))));
    return new Port(out as Socket, err as Socket);
  }

  /** Runs a shell script in the guest. Resolves with its exit status, 124 when its time was over. */
  run(script: string, seconds: number, output: Output): Promise<number> {
    return this.#request(script, String(seconds), output);
  }

  /** Runs a script on a terminal of the guest, with what comes from a stream as its input. */
  async shell(script: string, input: NodeJS.ReadStream, output: Output): Promise<number> {
    const ended = this.#request(script, 'shell', output);
    input.setRawMode(true);
    input.pipe(this.#out, { end: false });
    try {
      return await ended;
    } finally {
      input.unpipe(this.#out);
      input.setRawMode(false);
      input.pause();
    }
  }

  close(): void {
    this.#out.destroy();
    this.#err.destroy();
  }

  async #request(script: string, how: string, { stdout, stderr }: Output): Promise<number> {
    const token = randomBytes(12).toString('hex');
    const streams = [between(this.#out, token, stdout), between(this.#err, token, stderr)];
    this.#out.write(`${token} ${how} ${Buffer.from(script).toString('base64')}\n`);
    const [status] = await Promise.all(streams);
    return Number(status);
  }
}

/** Passes on what a stream says between two lines that begin with the token. Returns the rest of the second one. */
function between(socket: Socket, token: string, pass: (data: Buffer) => void): Promise<string> {
  let held = Buffer.alloc(0);
  let begun = false;
  return new Promise((resolve, reject) => {
    const read = (data: Buffer) => {
      held = Buffer.concat([held, data]);
      if (!begun) {
        // A request that nobody waited for may have left something.
        const begin = held.indexOf(`${token}\n`);
        if (begin < 0) return;
        held = held.subarray(begin + token.length + 1);
        begun = true;
      }
      const found = held.indexOf(token);
      // The token may have come in part.
      const certain = found < 0 ? Math.max(0, held.length - token.length) : found;
      if (certain > 0) pass(held.subarray(0, certain));
      held = held.subarray(certain);
      const end = held.indexOf('\n');
      if (found >= 0 && end >= 0) settle(() => resolve(held.subarray(token.length, end).toString()));
    };
    const lost = () => settle(() => reject(new Error('the guest has ended')));
    const settle = (how: () => void) => {
      socket.off('data', read).off('close', lost).pause();
      how();
    };
    socket.on('data', read).on('close', lost).resume();
  });
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      // From here on the end of the connection says everything.
      socket.off('error', reject).on('error', () => {});
      resolve(socket);
    }).on('error', reject);
  });
}
