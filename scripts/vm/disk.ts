/** Disk images: ext4 filled from a directory, without mounting anything. */
import { truncateSync, writeFileSync } from 'node:fs';
import { runBound } from './ending.ts';

/** @param megabytes the size of the file system; the file is sparse */
export async function makeDisk(directory: string, image: string, megabytes: number): Promise<void> {
  writeFileSync(image, '');
  truncateSync(image, megabytes << 20);
  const features = ['-O', '^has_journal', '-E', 'lazy_itable_init=1,nodiscard', '-m', '0'];
  await runBound('mkfs.ext4', ['-q', '-F', ...features, '-d', directory, image]);
}
