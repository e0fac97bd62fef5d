/** What can have happened to a file of a container's state. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';

export type Damage = (file: string) => void;

export const damages: Readonly<Record<string, Damage>> = {
  truncated: (file) => truncateSync(file, lstatSync(file).size >> 1),
  empty: (file) => truncateSync(file, 0),
  garbage: (file) => replace(file, Buffer.from('\u0000\u00ff\u0080}{"\ngarbage'.repeat(50), 'latin1')),
  'JSON of a wrong shape': (file) => replace(file, '[1, 2, {"version": "three"}]'),
  'JSON of wrong types': (file) =>
    replace(file, '{"version":1,"id":7,"pid":"1","cgroups":null,"process":[],"linux":"x"}'),
  'a directory': (file) => {
    rmSync(file);
    mkdirSync(file);
    writeFileSync(`${file}/inside`, '');
  },
  'a FIFO': (file) => {
    rmSync(file);
    execFileSync('mkfifo', [file]);
  },
  'a symlink': (file) => {
    if (lstatSync(file).isFile()) copyFileSync(file, `${file}.elsewhere`);
    rmSync(file);
    symlinkSync(`${file}.elsewhere`, file);
  },
  missing: (file) => rmSync(file),
};

/** What is there may be a socket, which cannot be written to. */
function replace(file: string, content: string | Uint8Array): void {
  rmSync(file);
  writeFileSync(file, content);
}

/** The socket and the FIFO that a container waits on have no content that could be damaged. */
export function appliesTo(damage: string, name: string): boolean {
  return !['init.sock', 'start'].includes(name) || !/truncated|empty/.test(damage);
}
