/** A process in namespaces of its own, which containers join. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export class Neighbour {
  readonly #child: ChildProcess;
  readonly pid: number;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
  }

  /** Needs root. */
  static async start(): Promise<Neighbour> {
    const flags = ['--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child'];
    const script = 'hostname neighbour; ip link set lo up 2>/dev/null; echo ready; exec sleep 600';
    const child = spawn('unshare', [...flags, 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve, reject) => {
      child.stdout?.once('data', resolve);
      child.once('exit', (code) => reject(new Error(`unshare: status ${code}`)));
    });
    const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
    return new Neighbour(child, pid);
  }

  /** Its pid namespace ends with it. */
  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
