/**
 * A program that holds a conversation on a stream of the CRI: Kubernetes' sub-protocol of WebSocket, in which the first
 * byte of a message names its channel. Called with a `Conversation` as JSON; writes a `Heard` as JSON when the other
 * side has closed.
 */
import { writeSync } from 'node:fs';

/** What is said, in this order: text, a terminal's size, or the words after which to go on. */
export type Step = { readonly say: string } | { readonly size: Size } | { readonly hears: string };

interface Size {
  readonly Width: number;
  readonly Height: number;
}

export interface Conversation {
  readonly url: string;
  readonly steps: readonly Step[];
  /** Closes then, and does not wait for the other side. */
  readonly hangsUp?: boolean;
}

/** By channel: what was written to it. */
export type Heard = Readonly<Record<string, string>>;

const channels = { stdin: 0, stdout: 1, size: 4 } as const;

function hold({ url, steps, hangsUp }: Conversation): void {
  const heard: Record<string, string> = {};
  const left = [...steps];
  const socket = new WebSocket(url.replace(/^http/, 'ws'), ['v4.channel.k8s.io']);
  socket.binaryType = 'arraybuffer';
  const send = (channel: number, text: string) =>
    socket.send(Buffer.from(`${String.fromCharCode(channel)}${text}`));
  const goOn = () => {
    for (let step = left[0]; step !== undefined; step = left[0]) {
      if ('hears' in step && !heard[channels.stdout]?.includes(step.hears)) return;
      if ('say' in step) send(channels.stdin, step.say);
      if ('size' in step) send(channels.size, JSON.stringify(step.size));
      left.shift();
    }
    if (hangsUp) socket.close();
  };
  socket.onopen = goOn;
  socket.onmessage = ({ data }) => {
    const bytes = Buffer.from(data);
    const [channel = 0] = bytes;
    heard[channel] = `${heard[channel] ?? ''}${bytes.toString('utf8', 1)}`;
    goOn();
  };
  socket.onerror = ({ message }) => {
    process.stderr.write(`${url}: ${message}\n`);
    process.exitCode = 1;
  };
  socket.onclose = () => writeSync(1, JSON.stringify(heard));
}

hold(JSON.parse(process.argv[2] ?? ''));
