/** The bundles that every runtime runs: what `runc spec` writes, without a terminal, on a busybox. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseConfig } from '../test/setup/base-config.ts';
import { makeBusyboxRootfs } from '../test/setup/busybox-rootfs.ts';

/** @param uid whose configuration it is: root's, or that of `runc spec --rootless` */
export function makeBundles(folder: string, uid: number, gid: number) {
  const bundle = (name: string, args: readonly string[]) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    makeBusyboxRootfs(join(path, 'rootfs'));
    const config = baseConfig(uid, gid);
    config.process.args = args;
    writeFileSync(join(path, 'config.json'), JSON.stringify(config, undefined, 2));
    return path;
  };
  return { once: bundle('once', ['/bin/true']), service: bundle('service', ['/bin/sleep', '3600']) };
}
