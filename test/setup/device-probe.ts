/** What may be done with some devices, tried inside a container. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bundle, Rig } from './rig.ts';

/** Of numbers that are for experiments, devices.txt: nothing is behind them, and what is allowed ends in ENXIO. */
export const probed = ['c 60 1', 'c 60 2', 'c 61 1', 'b 60 1'] as const;

/** What is allowed of `m` (make a node), `r`, `w`, `b` (both at once). */
export type Allowed = Readonly<Record<(typeof probed)[number], string>>;

export const everywhere = (allowed: string): Allowed => ({
  'c 60 1': allowed,
  'c 60 2': allowed,
  'c 61 1': allowed,
  'b 60 1': allowed,
});

/** Prints a line for each: `c 60 1:mrw`. */
export const probeScript = `
open() { case "$(eval "( : $2 $1 ) 2>&1")" in *"not permitted"*) ;; *) line="$line$3";; esac; }
for node in ${probed.map((node) => `"${node}"`).join(' ')}; do
  set -- $node; line="$node:"; file=/node-$1-$2-$3
  mknod /made $node 2>/dev/null && line="$line"m; rm -f /made
  open $file '<' r; open $file '>>' w; open $file '<>' b
  echo "$line"
done
: </dev/null >/dev/zero || echo "null and zero are denied"`;

/** @param rules linux.resources.devices @param args the container's command; the probe if none */
export function deviceBundle(rig: Rig, rules: readonly object[] | undefined, ...args: string[]): Bundle {
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = args.length > 0 ? args : ['sh', '-c', probeScript];
      for (const set of Object.values<string[]>(config.process.capabilities)) set.push('CAP_MKNOD');
      Object.assign(config.linux.resources, { devices: rules });
    },
  });
  for (const node of probed) {
    const [type = '', major = '', minor = ''] = node.split(' ');
    const path = join(bundle.rootfs, `node-${type}-${major}-${minor}`);
    execFileSync('mknod', ['-m', '666', path, type, major, minor]);
  }
  return bundle;
}

/** @param output of the probe */
export function allowedBy(output: string): Allowed {
  return Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((line) => line.split(':')),
  );
}
