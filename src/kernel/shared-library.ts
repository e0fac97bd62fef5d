/** Where distributions keep shared libraries: ld.so(8). */
import { architecture } from './architecture.ts';
import { existsSync } from './file-system.ts';

const TRIPLET = architecture === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const FOLDERS = [`/usr/lib/${TRIPLET}`, '/usr/lib64', '/usr/lib'];

/** @returns its path; undefined where only the dynamic loader may know one */
export function findLibrary(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}
