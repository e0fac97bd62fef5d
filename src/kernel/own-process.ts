/** What this process is, and what it was started with: credentials(7), environ(7), getcwd(2), umask(2). */
import { jsRuntime } from '#js-runtime';
import { decodeUtf8 } from './bytes.ts';
import { call, callWithOut, type Out, out } from './call.ts';
import { getcwd, umask } from './calls/file.ts';
import type { Noted } from './js-runtime/js-runtime.ts';
import { attempt, perform, performForBytes } from './local.ts';

/** The words behind the program's name. */
export function ownArguments(): readonly string[] {
  return jsRuntime.arguments();
}

/** `NAME=value`, in order. */
export function ownEnvironment(): readonly string[] {
  return jsRuntime.environment();
}

/** What the caller gave; undefined if the JS runtime changes nothing of it for itself. */
export function notedOfCaller(): Noted | undefined {
  return jsRuntime.noted();
}

/** The program that runs this JavaScript, and its version. */
export function jsRuntimeVersion(): { readonly name: string; readonly version: string } {
  return jsRuntime;
}

export function ownPid(): number {
  return perform(call('getpid'));
}

export function realUid(): number {
  return perform(call('getuid'));
}

export function realGid(): number {
  return perform(call('getgid'));
}

export function effectiveUid(): number {
  return perform(call('geteuid'));
}

export function effectiveGid(): number {
  return perform(call('getegid'));
}

export function supplementaryGroups(): readonly number[] {
  const count = perform(call('getgroups', 0, 0));
  if (count === 0) return [];
  const memory = out(count * 4);
  const { buffer, byteOffset } = performForBytes(callWithOut('getgroups', memory, count, memory)).slice();
  return [...new Uint32Array(buffer, byteOffset, count)];
}

/** @returns the mask that was in force before */
export function setUmask(mask: number): number {
  return perform(umask(mask));
}

/** @returns undefined if it was deleted, or is outside the root directory */
export function workingDirectory(): string | undefined {
  const outs = new Map<Out, Uint8Array>();
  const where = getcwd();
  const length = attempt(where, undefined, outs);
  if (length < 0) return undefined;
  const path = decodeUtf8((outs.get(where.out as Out) as Uint8Array).subarray(0, length - 1));
  return path.startsWith('/') ? path : undefined;
}
