/** Configurations that are not what they seem: cut off by NUL, without an end, too large, too deep. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LooseConfig } from '../../setup/base-config.ts';
import type { Result } from '../../setup/execute.ts';
import { patience } from '../../setup/patience.ts';
import { type Attack, Breach, must } from '../attack.ts';
import { reason, type Target } from '../target.ts';

/** What a user never should see. */
export const CRASH =
  /goroutine \d|panic:|^\s+at .+:\d+:\d+|TypeError|RangeError|ReferenceError|internal error|core dumped|Assertion/m;

export function mustBeClear({ stdout, stderr, signal }: Result): void {
  const crash = CRASH.exec(`${stdout}\n${stderr}`)?.[0];
  if (crash !== undefined || signal !== null) throw new Breach(`it crashes: ${crash ?? signal}`);
}

type Place = (config: LooseConfig, text: string) => void;

/** Every string that comes to a system call. */
const places: Readonly<Record<string, Place>> = {
  '/process/args/0': ({ process }, text) => process.args.splice(0, 1, `/bin/true${text}`),
  '/process/args/1': ({ process }, text) => process.args.push(`x${text}`),
  '/process/env': ({ process }, text) => process.env.push(`A=b${text}`),
  '/process/cwd': ({ process }, text) => {
    process.cwd = `/tmp${text}`;
  },
  '/root/path': ({ root }, text) => {
    root.path = `rootfs${text}`;
  },
  '/hostname': (config, text) => {
    config.hostname = `host${text}`;
  },
  '/mounts/destination': ({ mounts }, text) =>
    mounts.push({ destination: `/m${text}`, type: 'tmpfs', source: 'tmpfs' }),
  '/mounts/source': ({ mounts }, text) =>
    mounts.push({ destination: '/m', type: 'bind', source: `/tmp${text}`, options: ['bind'] }),
  '/mounts/type': ({ mounts }, text) => mounts.push({ destination: '/m', type: `tmpfs${text}`, source: 'x' }),
  '/mounts/options': ({ mounts }, text) =>
    mounts.push({ destination: '/m', type: 'tmpfs', source: 'x', options: [`mode=755${text}`] }),
  '/linux/maskedPaths': ({ linux }, text) => linux.maskedPaths.push(`/etc/passwd${text}`),
  '/linux/readonlyPaths': ({ linux }, text) => linux.readonlyPaths.push(`/etc/passwd${text}`),
  '/linux/cgroupsPath': ({ linux }, text) => {
    linux.cgroupsPath = `/attack${text}`;
  },
  '/linux/namespaces/path': ({ linux }, text) =>
    linux.namespaces.splice(2, 1, { type: 'uts', path: `/proc/self/ns/uts${text}` }),
};

async function putting(target: Target, place: Place, text: string): Promise<Result> {
  const result = await target.run(target.bundle((config) => place(config, text)));
  mustBeClear(result);
  return result;
}

/** Has something else in the place of config.json. */
async function insteadOfConfig(target: Target, put: (path: string) => void): Promise<string> {
  const bundle = target.bundle();
  const file = join(bundle.path, 'config.json');
  rmSync(file);
  put(file);
  const result = await target.run(bundle, { timeout: patience(10_000) });
  mustBeClear(result);
  must(result.code !== 0, 'it was taken for a configuration');
  return reason(result);
}

const kinds: Readonly<Record<string, (path: string) => void>> = {
  'a FIFO': (path) => void spawnSync('mkfifo', [path]),
  'a directory': (path) => mkdirSync(path),
  '/dev/zero': (path) => symlinkSync('/dev/zero', path),
  'a terabyte of zeros': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
  },
  'a hundred thousand brackets': (path) => writeFileSync(path, '['.repeat(100_000)),
  'a hundred thousand nested arrays': (path) =>
    writeFileSync(path, `{"annotations":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'two hundred thousand nested arrays in an unknown field': (path) =>
    writeFileSync(path, `{"unknown":${'['.repeat(200_000)}${']'.repeat(200_000)}}`),
  'text that is not UTF-8': (path) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x22, 0xc0, 0x80])),
};

export const input: readonly Attack[] = [
  ...Object.entries(places).map(
    ([name, place]): Attack => ({
      claim: `NUL does not cut off what stands at ${name}`,
      needs: ['busybox'],
      run: async (target) => {
        const result = await putting(target, place, '\0/attack');
        must(result.code !== 0, 'the part before it was used');
        return reason(result);
      },
    }),
  ),
  {
    claim: 'a mount source of 65,536 bytes and more is refused',
    cve: 'CVE-2021-43784',
    needs: ['busybox'],
    run: async (target) => {
      let last = '';
      for (const length of [4096, 65_535, 65_536, 65_540, 1_000_000]) {
        const result = await putting(target, places['/mounts/source'] as Place, `/${'x'.repeat(length)}`);
        must(result.code !== 0, `${length} bytes were accepted`);
        last = reason(result).replaceAll(/x{20,}/g, 'x…');
      }
      return last;
    },
  },
  {
    claim: 'a key "__proto__" is a key like any other',
    needs: ['busybox'],
    run: async (target) => {
      const polluted = '"__proto__": {"terminal": true, "noPivot": true, "args": ["echo", "polluted"]}';
      const bundle = target.bundle(({ process }) => {
        process.args = ['echo', 'as it should be'];
      });
      const file = join(bundle.path, 'config.json');
      const text = readFileSync(file, 'utf8');
      const annotations = '"annotations": {"__proto__": "x", "constructor": "y", "toString": "z"}';
      for (const one of [
        text.replace('{', `{${annotations},`),
        text.replace('{', `{${polluted},`),
        text.replace(/"process": \{/, `$&${polluted},`),
        text.replace(/"linux": \{/, `$&${polluted},`),
      ]) {
        writeFileSync(file, one);
        const result = await target.run(bundle);
        mustBeClear(result);
        must(!result.stdout.includes('polluted'), 'its value was used');
      }
      return 'ignored';
    },
  },
  ...Object.entries(kinds).map(
    ([name, put]): Attack => ({
      claim: `${name} in the place of config.json is refused, at once`,
      run: (target) => insteadOfConfig(target, put),
    }),
  ),
];
