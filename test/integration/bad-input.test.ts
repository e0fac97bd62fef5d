/** Broken bundles: each message says where, what was found, what was expected, and what to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BadInput, testBadInput } from '../setup/bad-input.ts';
import { execute } from '../setup/execute.ts';
import { need } from '../setup/needs.ts';
import { remains } from '../setup/remains.ts';
import { makeRig } from '../setup/rig.ts';

const hookOf = (script: string, more: object = {}) => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  ...more,
});

const inputs: Readonly<Record<string, BadInput>> = {
  'args that are a string': {
    config: ({ process }) => {
      process.args = 'sh';
    },
    code: 'config',
    pointer: '/process/args',
    says: '/process/args: expected an array of strings, found the string "sh"',
    hint: 'write ["sh"]',
    at: '"sh"',
  },
  'JSON that is cut off': {
    text: (text) => text.slice(0, text.indexOf('"RLIMIT_NOFILE"') + 5),
    code: 'config',
    pointer: '',
    says: 'not valid JSON',
    at: '"RLIM',
  },
  'JSON with a comma too many': {
    text: (text) => text.replace('"cwd": "/",', '"cwd": "/",,'),
    code: 'config',
    pointer: '',
    says: 'not valid JSON',
  },
  'a namespace that is there twice': {
    config: ({ linux }) => linux.namespaces.push({ type: 'pid' }),
    code: 'config',
    pointer: '/linux/namespaces/6',
    says: 'found a duplicate of [0], "pid"',
    hint: 'remove one of them',
    at: '{\n        "type": "pid"',
  },
  'a bind mount of nothing': {
    config: ({ mounts }) =>
      mounts.push({ destination: '/x', type: 'bind', source: '/no/such', options: ['bind'] }),
    code: 'config',
    pointer: '/mounts/6/source',
    says: 'cannot bind "/no/such" at "/x": no such file or directory',
    hint: 'must exist on the host',
    at: '"/no/such"',
  },
  'an unknown limit': {
    config: ({ process }) => {
      process.rlimits[0].type = 'RLIMIT_NOFILES';
    },
    code: 'config',
    pointer: '/process/rlimits/0/type',
    says: 'found the string "RLIMIT_NOFILES"',
    hint: 'did you mean "RLIMIT_NOFILE"?',
    at: '"RLIMIT_NOFILES"',
  },
  'a sysctl': {
    config: ({ linux }) => {
      linux.sysctl = { 'kernel.panic': '1' };
    },
    code: 'config',
    pointer: '/linux/sysctl/kernel.panic',
    says: 'found "kernel.panic", which is not in a separate kernel namespace',
    hint: 'remove it, and set it on the host with sysctl(8)',
    at: '"1"',
  },
  'a limit of memory and swap below that of memory': {
    config: ({ linux }) => {
      linux.resources = { memory: { limit: 1 << 22, swap: 4096 } };
    },
    code: 'config',
    pointer: '/linux/resources/memory/swap',
    says: '/linux/resources/memory/swap: expected at least the limit, 4194304, found the number 4096',
    hint: 'swap counts memory and swap together',
  },
  'a rootfs that is not there': {
    config: ({ root }) => {
      root.path = 'nope';
    },
    code: 'bundle',
    pointer: '/root/path',
    says: 'invalid rootfs: "BUNDLE/nope": no such file or directory',
    hint: 'relative to the bundle',
    at: '"nope"',
  },
  'a rootfs that is a file': {
    config: ({ root }) => {
      root.path = 'config.json';
    },
    code: 'bundle',
    pointer: '/root/path',
    says: 'invalid rootfs: "BUNDLE/config.json": not a directory',
    at: '"config.json"',
  },
  'a relative working directory': {
    config: ({ process }) => {
      process.cwd = 'tmp';
    },
    code: 'config',
    pointer: '/process/cwd',
    says: 'expected an absolute path, found the string "tmp"',
    hint: 'did you mean "/tmp"?',
    at: '"tmp"',
  },
  'a version of the future': {
    config: (config) => {
      config.ociVersion = '99.0.0';
    },
    code: 'config',
    pointer: '/ociVersion',
    says: 'expected a version from 1.0 to 1.3, found the string "99.0.0"',
    hint: 'write "1.3.0"',
    at: '"99.0.0"',
  },
  'no version': {
    config: (config) => {
      config.ociVersion = undefined;
    },
    code: 'config',
    pointer: '/ociVersion',
    says: 'found no such property',
    hint: 'add "ociVersion": "1.3.0"',
    at: '{\n  "process"',
  },
  'a hook that fails': {
    config: (config) => {
      config.hooks = { createRuntime: [hookOf('echo one; echo the reason >&2; exit 3')] };
    },
    code: 'hook',
    pointer: '/hooks/createRuntime/0',
    says: 'hooks.createRuntime[0] "/bin/sh" exited with status 3: ',
    at: '{\n        "path": "/bin/sh"',
  },
  'a hook that takes too long': {
    config: (config) => {
      config.hooks = { createContainer: [{ path: '/bin/sleep', args: ['sleep', '9'], timeout: 1 }] };
    },
    code: 'hook',
    pointer: '/hooks/createContainer/0',
    says: 'hook ran past specified timeout of 1.0s',
    at: '{\n        "path": "/bin/sleep"',
  },
  'a hook that is not there': {
    config: (config) => {
      config.hooks = { prestart: [{ path: '/no/hook' }] };
    },
    code: 'hook',
    pointer: '/hooks/prestart/0/path',
    says: '/no/hook',
    at: '"/no/hook"',
  },
  'an unknown architecture of seccomp': {
    config: ({ linux }) => {
      linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X68_64'] };
    },
    code: 'config',
    pointer: '/linux/seccomp/architectures/0',
    says: 'expected one of the 23 known names',
    hint: 'did you mean "SCMP_ARCH_X86_64"?',
    at: '"SCMP_ARCH_X68_64"',
  },
  'a command that is not there': {
    config: ({ process }) => {
      process.args = ['nosuch'];
    },
    code: 'executable',
    pointer: '/process/args/0',
    says: 'unable to start container process: exec: "nosuch": executable file not found in $PATH',
    hint: 'process.env',
    at: '"nosuch"',
  },
  'a command that may not be executed': {
    config: ({ process }) => {
      process.args = ['/etc/passwd'];
    },
    code: 'executable',
    pointer: '/process/args/0',
    says: 'exec: "/etc/passwd": permission denied',
    at: '"/etc/passwd"',
  },
  'an option that a file system does not know': {
    config: ({ mounts }) =>
      mounts.push({ destination: '/x', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'sizzle=1k'] }),
    code: 'config',
    pointer: '/mounts/6/options/1',
    says: 'cannot mount "tmpfs" at "/x": it does not take the option "sizzle=1k"',
    hint: 'leave it out',
    at: '"sizzle=1k"',
  },
  'an unknown kind of overlay': {
    config: (config) => {
      config.annotations = { 'org.tsrun.overlay': 'disc' };
    },
    code: 'config',
    pointer: '/annotations/org.tsrun.overlay',
    says: 'unknown kind of overlay "disc"',
    hint: 'write "disk"',
    at: '"disc"',
  },
  'an annotation that names a directory of the host for its layer': {
    config: (config) => {
      config.annotations = { 'org.tsrun.overlay': 'dir=/etc' };
    },
    code: 'config',
    pointer: '/annotations/org.tsrun.overlay',
    says: '"org.tsrun.overlay" names a directory of the host: only the option --overlay=dir=PATH may',
    hint: 'remove the annotation and add the option to create or run',
    at: '"dir=/etc"',
  },
  'an annotation that names directories of the host to read from': {
    config: (config) => {
      config.annotations = { 'org.tsrun.overlay': 'tmpfs', 'org.tsrun.overlay.lowerdirs': '["/etc"]' };
    },
    code: 'config',
    pointer: '/annotations/org.tsrun.overlay.lowerdirs',
    says: '"org.tsrun.overlay.lowerdirs" names directories of the host: only the option --overlay-lower PATH may',
    hint: 'remove the annotation and add the option to create or run, once for each layer',
    at: '"[\\"/etc\\"]"',
  },
};

describe('a bundle with', () => {
  for (const [name, input] of Object.entries(inputs)) testBadInput(name, input);
});

describe('the bundle', () => {
  test('may have properties that nobody knows', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        config.vendor = { process: 1 };
        config.process.vendor = ['x'];
      },
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  test('may have a property that resembles a known one, with a warning', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        config.process.argz = ['x'];
      },
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /^tsrun: warning: \S+config\.json:\d+:5: \/process\/argz: .* which is ignored; did you mean "args"\?\n$/,
    );
  });

  test('has all its problems told at once, on standard error and in the log', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        config.ociVersion = '2';
        config.process.cwd = '';
        config.process.user = { uid: -1, gid: 'root' };
        config.linux.namespaces.push({ type: 'nett' });
        config.mounts[0].destination = '';
      },
    });
    const log = join(rig.path, 'log');
    const id = rig.id();
    const result = await rig.tsrun([
      '--log',
      log,
      '--log-format',
      'json',
      'run',
      '--bundle',
      bundle.path,
      id,
    ]);
    expect(result.code).toBe(1);
    const record = JSON.parse(readFileSync(log, 'utf8'));
    const pointers = record.findings.map(({ pointer }: { pointer: string }) => pointer);
    // In the order of the file.
    expect(pointers).toEqual([
      '/ociVersion',
      '/process/user/uid',
      '/process/user/gid',
      '/process/cwd',
      '/mounts/0/destination',
      '/linux/namespaces/6/type',
    ]);
    for (const { line, column, pointer } of record.findings)
      expect(result.stderr).toContain(`config.json:${line}:${column}: ${pointer}: `);
    expect(remains(rig, id)).toEqual([]);
  });

  test('is missing', async () => {
    await using rig = makeRig();
    const id = rig.id();
    const result = await rig.tsrun(['run', '--bundle', join(rig.path, 'nothing'), id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^tsrun: .*nothing.*no such file or directory/);
    expect(result.stderr).toContain('--bundle');
    expect(remains(rig, id)).toEqual([]);
  });
});

/** Engines read the log, one JSON object, and people standard error. */
describe('the command line', () => {
  const cases: Readonly<Record<string, readonly [words: readonly string[], code: number, says: RegExp]>> = {
    'an unknown command': [['pauze', 'x'], 3, /^tsrun: No help topic for 'pauze'/],
    'an id with a slash': [['create', '--bundle', '.', 'a/b'], 1, /invalid container ID format/],
    'an id that is a directory': [['create', '--bundle', '.', '..'], 1, /invalid container ID format/],
    'a missing id': [['state'], 1, /^tsrun: /],
    'a container that does not exist': [['state', 'no-such'], 1, /^tsrun: container does not exist\n/],
    'exec in a container that does not exist': [['exec', 'no-such', 'true'], 255, /container does not exist/],
    'an unknown signal': [['kill', 'no-such', 'SIGWHAT'], 1, /SIGWHAT/],
    'an unknown option': [['create', '--bundel', '.', 'x'], 1, /--bundle/],
    'a bad kind of overlay': [
      ['run', '--overlay=disc', '--bundle', 'BUNDLE', 'x'],
      1,
      /--overlay: unknown kind of overlay "disc"/,
    ],
    'a lower layer that does not exist': [
      ['run', '--overlay=tmpfs', '--overlay-lower=/no/layer', '--bundle', 'BUNDLE', 'x'],
      1,
      /the lower layer "\/no\/layer" is not a directory\n {2}hint: each --overlay-lower must name a directory/,
    ],
    'lower layers without an overlay': [
      ['create', '--overlay-lower=/', '--bundle', 'BUNDLE', 'x'],
      1,
      /--overlay-lower: the container has no overlay root\n {2}hint: add --overlay=disk/,
    ],
  };
  test.for(Object.entries(cases))('with %s', async ([, [words, code, says]], context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle();
    const log = join(rig.path, 'log');
    const args = words.map((word) => (word === 'BUNDLE' ? bundle.path : word));
    const result = await rig.tsrun(['--log', log, '--log-format', 'json', ...args]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(says);
    const record = JSON.parse(readFileSync(log, 'utf8'));
    expect(record).toMatchObject({ level: 'error', code: expect.any(String), time: expect.any(String) });
    expect(result.stderr).toContain(record.msg);
  });

  test('with a bad log format', async () => {
    await using rig = makeRig();
    const result = await execute(process.env.TSRUN ?? '', [
      '--log-format',
      'xml',
      '--root',
      rig.root,
      'list',
    ]);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid log-format') });
  });
});
