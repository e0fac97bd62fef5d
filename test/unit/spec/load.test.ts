import { describe, expect, test } from 'vitest';
import type { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { loadConfig, loadProcess } from '../../../src/spec/load.ts';
import {
  failure,
  load,
  message,
  messageFor,
  validConfig,
  validText,
  warningsFor,
  withFile,
} from './fixture.ts';

describe('a valid configuration', () => {
  test('is returned as it stands in the file', () => {
    expect(load(validText())).toEqual(validConfig());
  });

  test('may have unknown properties anywhere', () => {
    const text = validText().replace('"root": {', '"x": 1, "root": { "y": [1],');
    expect(load(text)).toMatchObject({ x: 1, root: { y: [1] } });
  });

  test('may begin with a byte order mark', () => {
    expect(load(`\uFEFF${validText()}`)).toEqual(validConfig());
  });

  test('keeps limits of 64 bits exactly', () => {
    const text = validText()
      .replace('"soft": 1024', '"soft": 9007199254740993')
      .replace('"hard": 1024', '"hard": 18446744073709551615');
    expect(load(text).process.rlimits).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 9007199254740993n, hard: 18446744073709551615n },
    ]);
  });

  test('may say null for what is absent, as Go programs do', () => {
    const config = load(
      validText().replace('"hostname": "tsrun"', '"hostname": null, "hooks": {"poststop": null}'),
    );
    expect(config).not.toHaveProperty('hostname');
    expect(config.hooks).toEqual({});
  });

  test.each([
    ['1.0.2-dev', 0, -1],
    ['1.2.0', 0, -1],
    ['1.2.1', 1, 1],
    ['1.3.0', 0, 0],
    ['1.10.0', 0, 0],
  ])('of version %s with a limit of %i processes has the limit %i', (ociVersion, limit, found) => {
    const { linux, ...others } = validConfig();
    const resources = { pids: { limit } };
    const config = load(JSON.stringify({ ...others, ociVersion, linux: { ...linux, resources } }));
    expect(config.linux?.resources?.pids).toEqual({ limit: found });
  });

  test('may have no user: that is uid 0, gid 0', () => {
    const { user: _, ...process } = validConfig().process;
    const config = load(JSON.stringify({ ...validConfig(), process }));
    expect(config.process.user).toEqual({ uid: 0, gid: 0 });
    expect(withFile(JSON.stringify(process), loadProcess).user).toEqual({ uid: 0, gid: 0 });
  });

  test('is not changed by a key __proto__, also where nulls are dropped', () => {
    const config = load(
      validText().replace(
        '"linux": {',
        '"hooks": null, "annotations": {"__proto__": "x"}, "__proto__": {"process": null}, "linux": {',
      ),
    );
    expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(config.annotations)).toBe(Object.prototype);
    expect(config.process.args).toEqual(['sh']);
  });
});

describe('the broken bundles that other runtimes explain badly', () => {
  test('a string for args is told apart from an array', async () => {
    const text = validText().replace(/"args": \[[^\]]*\]/, '"args": "sh"');
    expect(await message(text)).toBe(
      'config.json:9:13: /process/args: expected an array of strings, found the string "sh"; write ["sh"]',
    );
  });

  test('a cut off file is shown with its last line and a caret', async () => {
    expect(await message('{\n  "ociVersion": "1.3.0",\n  "root": {\n')).toBe(
      [
        'config.json:3:12: not valid JSON: expected a comma or "}", found the end of the file; the file is cut off',
        '   3 |   "root": {',
        '     |            ^',
      ].join('\n'),
    );
  });

  test('a duplicate namespace names the first one', async () => {
    expect(await messageFor((config) => config.linux.namespaces.push({ type: 'pid' }))).toBe(
      '/linux/namespaces/5: expected each type once, found a duplicate of [0], "pid"; remove one of them',
    );
  });

  test('an unknown rlimit gets the name that was meant', async () => {
    expect(await message(validText().replace('RLIMIT_NOFILE', 'RLIMIT_NOFIL'))).toBe(
      'config.json:41:17: /process/rlimits/0/type: expected one of the 16 known names, ' +
        'found the string "RLIMIT_NOFIL"; did you mean "RLIMIT_NOFILE"?',
    );
  });

  test('an rlimit that resembles none gets the list', async () => {
    expect(await message(validText().replace('RLIMIT_NOFILE', 'FOO'))).toContain(
      '"RLIMIT_NOFILE", "RLIMIT_NPROC"',
    );
  });

  test('a sysctl is refused, with its place', async () => {
    const error = await failure(
      validText().replace('"linux": {', '"linux": {"sysctl": {"kernel.panic": "1"},'),
    );
    expect(error.code).toBe('config');
    expect(error.message).toContain(
      `config.json:129:40: /linux/sysctl/kernel.panic: expected a sysctl of one of the container's namespaces, `,
    );
  });

  test('a relative cwd is refused', async () => {
    expect(await message(validText().replace('"cwd": "/"', '"cwd": "tmp"'))).toBe(
      'config.json:16:12: /process/cwd: expected an absolute path, found the string "tmp"; did you mean "/tmp"?',
    );
  });

  test('ociVersion 99.0.0 is refused', async () => {
    expect(await message(validText().replace('1.3.0', '99.0.0'))).toBe(
      'config.json:2:17: /ociVersion: expected a version from 1.0 to 1.3, found the string "99.0.0"; write "1.3.0"',
    );
  });

  test('a missing ociVersion is asked for', async () => {
    expect(await message(validText().replace('"ociVersion": "1.3.0",', ''))).toBe(
      'config.json:1:1: /ociVersion: expected a string, found no such property; add "ociVersion": "1.3.0"',
    );
  });

  test('an unknown seccomp action and architecture are named', async () => {
    const seccomp = '{"defaultAction": "SCMP_ACT_ALOW", "architectures": ["SCMP_ARCH_X86-64"]}';
    const text = await message(validText().replace('"linux": {', `"linux": {"seccomp": ${seccomp},`));
    expect(text).toContain('/linux/seccomp/defaultAction: expected one of the 9 known names');
    expect(text).toContain('did you mean "SCMP_ACT_ALLOW"?');
    expect(text).toContain('/linux/seccomp/architectures/0: ');
    expect(text).toContain('did you mean "SCMP_ARCH_X86_64"?');
  });

  test('a hook that could not run is refused before anything is done', async () => {
    const hooks = { createRuntime: [{ path: 'bin/false', timeout: 0 }] };
    expect(await messageFor((config) => Object.assign(config, { hooks }))).toMatch(
      /hooks\/createRuntime\/0\/path: expected an absolute path.*\n.*hooks\/createRuntime\/0\/timeout: expected more than 0/,
    );
  });
});

describe('several problems', () => {
  test('are all said at once, in the order of the file', async () => {
    const text = validText()
      .replace('"type": "network"', '"type": "net"')
      .replace('"cwd": "/"', '"cwdd": 5')
      .replace('"hard": 1024', '"hard": 18446744073709551616')
      .replace('"hostname": "tsrun"', '"hostname": "ts\\u0000run"');
    const error = await failure(text);
    expect(error.message.split('\n')).toEqual([
      'config.json has 4 problems:',
      '  config.json:3:14: /process/cwd: expected a string, found no such property; did you mean "cwd" where it says "cwdd"?',
      '  config.json:42:17: /process/rlimits/0/hard: expected an integer from 0 to 18446744073709551615, found the number 18446744073709551616',
      '  config.json:52:15: /hostname: expected a string without NUL, found the string "ts\\u0000run"',
      '  config.json:143:17: /linux/namespaces/1/type: expected one of "pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time", found the string "net"; did you mean "network"?',
    ]);
    expect(error.details.findings).toHaveLength(4);
    expect(error.details.findings?.[1]).toMatchObject({
      line: 42,
      column: 17,
      pointer: '/process/rlimits/0/hard',
    });
  });

  test('of shape and of meaning stand together', async () => {
    const text = await messageFor((config) => {
      config.process.args = 5;
      config.process.cwd = 'tmp';
      config.linux.rootfsPropagation = 'all';
    });
    expect(text).toContain('/process/args');
    expect(text).toContain('/process/cwd');
    expect(text).toContain('/linux/rootfsPropagation');
  });
});

describe('hints', () => {
  test.each([
    ['a number for a string', { hostname: 5 }, 'write "5"'],
    [
      'a string for a number',
      { process: { ...validConfig().process, user: { uid: '7', gid: 0 } } },
      'write 7',
    ],
    ['a string for true', { root: { path: 'rootfs', readonly: 'True' } }, 'write true'],
    [
      'one object for an array of them',
      { mounts: { destination: '/proc' } },
      'write [{"destination":"/proc"}]',
    ],
    [
      'an octal string for a umask',
      { process: { ...validConfig().process, user: { uid: 0, gid: 0, umask: '0022' } } },
      'write 18, which is octal 22',
    ],
  ])('say how to write %s', async (_title, change, hint) => {
    expect(await messageFor((config) => Object.assign(config, change))).toContain(hint);
  });
});

describe('a file that cannot be read', () => {
  test('is named, with the command that makes one', () => {
    expect(() => loadConfig('/nonexistent/config.json')).toThrow(
      expect.objectContaining({
        name: 'RuntimeError',
        code: 'config',
        message: 'cannot read "/nonexistent/config.json": ENOENT (no such file or directory)',
        details: expect.objectContaining({ hint: expect.stringContaining('tsrun spec'), errno: 'ENOENT' }),
      }),
    );
  });

  test('may be a directory', () => {
    expect(() => loadConfig('/')).toThrow(
      expect.objectContaining({ code: 'config', message: 'cannot read "/": EISDIR' }),
    );
  });
});

describe('an error before it is located', () => {
  test('already has every finding, without a position', () => {
    try {
      load(validText().replace('"cwd": "/"', '"cwd": 5'));
      expect.unreachable();
    } catch (error) {
      expect((error as RuntimeError).message).toMatch(
        /config\.json: \/process\/cwd: expected a string, found the number 5/,
      );
      expect((error as RuntimeError).details.findings?.[0]).toMatchObject({
        line: 0,
        column: 0,
        pointer: '/process/cwd',
      });
    }
  });
});

describe('a process file', () => {
  const text = JSON.stringify(validConfig().process);

  test('is returned as it stands', () => {
    expect(withFile(text, (file) => loadProcess(file))).toEqual(validConfig().process);
  });

  test('is checked with pointers of its own', async () => {
    const broken = text
      .replace('"cwd":"/"', '"cwd":"x"')
      .replace('["sh"]', '[]')
      .replace('"gid":0', '"gid":-1');
    const shown = await message(broken, loadProcess);
    expect(shown).toContain(': /user/gid: expected an integer from 0 to 4294967294, found the number -1');
    expect(shown).toContain(': /args: expected at least one string, found an empty array');
    expect(shown).toContain(': /cwd: expected an absolute path');
  });
});

test('a newer minor version is a warning', () => {
  const warnings = warningsFor((config) => {
    config.ociVersion = '1.9.0';
  });
  expect(warnings).toEqual([
    '/ociVersion: expected a version up to 1.3, found the string "1.9.0"; what is new in it is ignored',
  ]);
});

test.each([
  ['an array', '[]', 'expected an object, found an array'],
  ['a number', '5', 'expected an object, found the number 5'],
  ['null', 'null', 'expected an object, found null'],
])('%s is not a configuration', async (_title, text, words) => {
  expect(await message(text)).toBe(`config.json:1:1: ${words}`);
});

test.each([
  ['arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
  ['an ignored property', `{"x": ${'['.repeat(200_000)}"\\u0000"${']'.repeat(200_000)}}`],
])('%s nested far too deeply give an error like any other', async (_title, text) => {
  expect((await failure(text)).code).toBe('config');
});
