/** The device programs that are attached to a cgroup, as this process reaches them: bpf(2). */

import { programName } from '../../kernel/bpf-program-info.ts';
import { viewOf } from '../../kernel/bytes.ts';
import { type Call, type Out, tolerate } from '../../kernel/call.ts';
import {
  attachDeviceProgram,
  detachDeviceProgram,
  loadDeviceProgram,
  openProgram,
  programInfo,
  queryDevicePrograms,
  replaceDeviceProgram,
} from '../../kernel/calls/bpf.ts';
import { close, openat } from '../../kernel/calls/file.ts';
import { AT_FDCWD, O_DIRECTORY, O_RDONLY } from '../../kernel/constants/file.ts';
import { EINVAL, ENOENT } from '../../kernel/errno.ts';
import { attempt, isTolerated, performForBytes } from '../../kernel/local.ts';
import { type DeviceAction, explainDevices, whyRefused } from './device-error.ts';

/** Tells ours from those of others: systemd's, an engine's. */
export const PROGRAM_NAME = 'tsrun';

/** The programs of one cgroup. What is opened is closed with it. */
export class DevicePrograms implements Disposable {
  readonly #path: string;
  readonly #opened: number[] = [];
  readonly #directory: number;

  /** @throws RuntimeError `cgroup` */
  constructor(path: string) {
    this.#path = path;
    this.#directory = this.#do('open', openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    this.#opened.push(this.#directory);
  }

  [Symbol.dispose](): void {
    for (const fd of this.#opened.splice(0)) attempt(close(fd));
  }

  /** Descriptors of ours among those attached to the cgroup itself. @throws RuntimeError `cgroup` */
  own(): readonly number[] {
    const outs = new Map<Out, Uint8Array>();
    const query = queryDevicePrograms(this.#directory);
    this.#do('query', query, outs);
    return this.ownAmong((query.out && outs.get(query.out)) ?? new Uint8Array());
  }

  /** @param ids 32-bit numbers up to the first 0 */
  ownAmong(ids: Uint8Array): readonly number[] {
    return idsIn(ids).flatMap((id) => {
      const program = attempt(openProgram(id));
      // Detached meanwhile; or somebody else's, which a security module keeps from us.
      if (program < 0) return [];
      this.#opened.push(program);
      return programName(performForBytes(programInfo(program))) === PROGRAM_NAME ? [program] : [];
    });
  }

  /** @returns its descriptor @throws RuntimeError `cgroup` where the kernel does not take it */
  load(program: Uint8Array): number {
    const fd = attempt(loadDeviceProgram(program, PROGRAM_NAME));
    if (fd < 0) throw explainDevices(this.#path, 'load', -fd, whyRefused(program, PROGRAM_NAME));
    this.#opened.push(fd);
    return fd;
  }

  /**
   * In the place of another one: no moment is without either. Before kernel 5.6 there is one with both.
   *
   * @throws RuntimeError `cgroup`
   */
  put(program: number, old: number | undefined): void {
    const attach = attachDeviceProgram(this.#directory, program);
    if (old === undefined) this.#do('attach', attach);
    else if (this.#do('attach', tolerate(replaceDeviceProgram(this.#directory, program, old), EINVAL)) < 0) {
      this.#do('attach', attach);
      this.detach(old);
    }
  }

  /** @throws RuntimeError `cgroup` */
  detach(program: number): void {
    this.#do('detach', tolerate(detachDeviceProgram(this.#directory, program), ENOENT));
  }

  #do(what: DeviceAction, call: Call, outs?: Map<Out, Uint8Array>): number {
    const result = attempt(call, undefined, outs);
    if (result < 0 && !isTolerated(call, -result)) throw explainDevices(this.#path, what, -result);
    return result;
  }
}

/**
 * A cgroup that was there before its container may have a program of an earlier one.
 *
 * @param ids of the programs that were there, 32-bit numbers up to the first 0
 * @throws RuntimeError `cgroup`
 */
export function detachOlder(path: string, ids: Uint8Array): void {
  if (idsIn(ids).length === 0) return;
  using programs = new DevicePrograms(path);
  for (const program of programs.ownAmong(ids)) programs.detach(program);
}

function idsIn(bytes: Uint8Array): readonly number[] {
  const view = viewOf(bytes);
  const ids = Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
  const end = ids.indexOf(0);
  return end < 0 ? ids : ids.slice(0, end);
}
