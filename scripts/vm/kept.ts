/** A guest that stays between calls (`--keep`), remembered in `.cache/`. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inRoot } from '../build/paths.ts';
import { endGuest, type Guest } from './guest.ts';

const file = inRoot('.cache/vm-guest.json');

export function keepGuest(guest: Guest): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(guest));
}

/** The guest that was kept, where it still runs. */
export function keptGuest(): Guest | undefined {
  if (!existsSync(file)) return undefined;
  const guest: Guest = JSON.parse(readFileSync(file, 'utf8'));
  if (runs(guest)) return guest;
  rmSync(file);
  return undefined;
}

export function stopKeptGuest(): void {
  const guest = keptGuest();
  if (guest === undefined) return;
  endGuest(guest);
  rmSync(file);
}

/** Its number may belong to another process by now. */
function runs({ pid, directory }: Guest): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${directory}/`);
  } catch {
    return false;
  }
}
