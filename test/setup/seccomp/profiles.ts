/**
 * The default profiles of Docker and podman as these engines hand them to a runtime on x86-64, for a container with
 * their default capabilities. Made from the packages golang-github-docker-docker-dev 20.10.24
 * (profiles/seccomp/default.json) and golang-github-containers-common 0.50.1 (seccomp.json) of Debian 12; the
 * profiles of both projects are under the Apache License, version 2.0.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Seccomp } from '../../../src/spec/types.ts';

export function dockerDefault(): Seccomp {
  return read('docker-default.json');
}

export function podmanDefault(): Seccomp {
  return read('podman-default.json');
}

function read(name: string): Seccomp {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Seccomp;
}
