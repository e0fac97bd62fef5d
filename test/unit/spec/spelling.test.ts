/** Keys that the schema does not name: applied if only their case differs, warned of if they resemble one. */

import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printPlan } from '../../../src/plan/print.ts';
import type { SchemaNode } from '../../../src/spec/expectation.ts';
import { loadConfig, loadProcess, loadResources } from '../../../src/spec/load.ts';
import { stringifyJson } from '../../../src/spec/parse-json.ts';
import { placeOf } from '../../../src/spec/place-of.ts';
import { foldsTo } from '../../../src/spec/spelling.ts';
import { schemaText } from '../../../src/spec/validators.generated.js';
import { fullConfig } from '../../fuzz/full-config.ts';
import { asRoot } from '../plan/fixture.ts';
import { failure, load, message, validConfig, validText, withFile } from './fixture.ts';

/** The configuration of a text, and what is said about it. */
function read(text: string, loader: (file: string, log: Log) => unknown = loadConfig) {
  const warnings: string[] = [];
  const log = { debug() {}, warning: (line: string) => void warnings.push(line) };
  const value = withFile(text, (file) => loader(file, log));
  return { value, warnings: warnings.map((line) => line.replace(/^.*?config\.json/, 'config.json')) };
}

type Log = { debug(): void; warning(line: string): void };

function configWith(change: (text: string) => string) {
  const { value, warnings } = read(change(validText()));
  return { config: value as ReturnType<typeof validConfig>, warnings };
}

describe('a key that differs only in case', () => {
  test.each([
    ['readonly', 'readOnly', '/root/readOnly'],
    ['noNewPrivileges', 'noNewprivileges', '/process/noNewprivileges'],
    ['noNewPrivileges', 'noNewPrivilege\u017F', '/process/noNewPrivilege\u017F'],
    ['maskedPaths', 'maskedpaths', '/linux/maskedpaths'],
    ['maskedPaths', 'mas\u212AedPaths', '/linux/mas\u212AedPaths'],
    ['rlimits', 'rLimits', '/process/rLimits'],
    ['linux', 'LINUX', '/LINUX'],
  ])('is read as %s: %s', (name, key, pointer) => {
    const { config, warnings } = configWith((text) => text.replace(`"${name}":`, `"${key}":`));
    expect(config).toEqual(validConfig());
    expect(warnings).toEqual([
      expect.stringMatching(
        new RegExp(
          `^config\\.json:\\d+:\\d+: ${pointer}: expected the spelling "${name}", found "${key}", ` +
            `which is applied all the same, as by runc; write "${name}"$`,
        ),
      ),
    ]);
  });

  test('is shown by its line and column', () => {
    const { warnings } = read(
      ['{"ociVersion": "1.3.0", "annotations": {"a\\\\": "{\\"x\\": 1}"},', ' "Root": {"path": "rootfs"},']
        .join('\n')
        .concat('\n"process": {"args": ["x"], "cwd": "/"},')
        .concat('"linux": {"namespaces": [{"type": "pid"}, {"type": "mount", "Path": ""}]}}'),
    );
    expect(warnings.map((line) => line.split(': expected')[0])).toEqual([
      'config.json:2:2: /Root',
      expect.stringMatching(/^config\.json:3:\d+: \/linux\/namespaces\/1\/Path$/),
    ]);
  });

  test.each([
    ['"readonly": false, "readOnly": true', true],
    ['"readOnly": true, "readonly": false', false],
    ['"ReadOnly": false, "READONLY": true', true],
    ['"readonly": true, "readOnly": null', true],
    ['"readOnly": true, "readonly": null', true],
  ])('counts as a later value of the same field: %s', (members, readonly) => {
    const { config } = configWith((text) => text.replace(/"readonly": \w+/, members));
    expect(config.root.readonly).toBe(readonly);
  });

  test('adds to an object that is there, and takes the place of a list', () => {
    const { config } = configWith((text) =>
      text.replace(
        '"linux": {',
        '"Linux": {"Seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}, "maskedpaths": ["/x"]}, "linux": {',
      ),
    );
    expect(config.linux).toEqual({ ...validConfig().linux, seccomp: { defaultAction: 'SCMP_ACT_ALLOW' } });
  });

  test('that is null takes an object away', () => {
    const { config } = configWith((text) => text.replace('"linux": {', '"linux": {"Resources": null,'));
    expect(config.linux?.resources).toEqual(validConfig().linux?.resources);
    const last = configWith((text) => text.replace('"maskedPaths"', '"Resources": null, "maskedPaths"'));
    expect(last.config.linux?.resources).toBeUndefined();
  });

  test('keeps a free key as it is written', () => {
    const free = { A: 'x', a: 'y', readOnly: 'z' };
    const { config, warnings } = configWith((text) =>
      text.replace('"root": {', `"annotations": ${JSON.stringify(free)}, "root": {`),
    );
    expect(config.annotations).toEqual(free);
    expect(warnings).toEqual([]);
  });

  test('is a key like any other if it is __proto__', () => {
    const { config } = configWith((text) => text.replace('"root": {', '"Root": {"__proto__": {"x": 1},'));
    expect(Object.getPrototypeOf(config.root)).toBe(Object.prototype);
    expect(config.root.path).toBe('rootfs');
  });

  test('is what errors point at', async () => {
    expect(await message(validText().replace(/"readonly": \w+/, '"readOnly": "no"'))).toMatch(
      /^config\.json:\d+:17: \/root\/readOnly: expected true or false, found the string "no"$/,
    );
    const text = validText().replace('"linux": {', '"LINUX": {"Seccomp": {"DefaultAction": 1},');
    const { message: several, details } = await failure(text);
    expect(several).toContain('/LINUX/Seccomp/DefaultAction: expected one of');
    expect(details.findings?.[0]).toMatchObject({ pointer: '/LINUX/Seccomp/DefaultAction', column: 42 });
  });

  test('is what errors of the execution point at', () => {
    const text = '{\n "Linux": {"seccomp": 1, "Seccomp": {"syscalls": [{}]}}}';
    withFile(text, (file) => {
      expect(placeOf(file, '/linux/seccomp')).toMatchObject({ line: 2, pointer: '/Linux/seccomp' });
      writeFileSync(file, text.replace('"seccomp": 1, ', ''));
      expect(placeOf(file, '/linux/seccomp/syscalls/0')).toEqual({
        ...{ line: 2, column: 37 },
        pointer: '/Linux/Seccomp/syscalls/0',
      });
      expect(placeOf(file, '/linux/seccomp/syscalls/1')).toBeUndefined();
    });
  });

  test('is applied in a process file and in resources', () => {
    const { user, args, cwd } = validConfig().process;
    const process = read(JSON.stringify({ user, args, cwd, NoNewPrivileges: true }), loadProcess);
    expect(process.value).toEqual({ user, args, cwd, noNewPrivileges: true });
    expect(process.warnings[0]).toContain('/NoNewPrivileges: expected the spelling "noNewPrivileges"');
    const resources = read('{"Memory": {"LIMIT": 5}}', loadResources);
    expect(resources.value).toEqual({ memory: { limit: 5 } });
    expect(resources.warnings.map((line) => line.split(': expected')[0])).toEqual([
      'config.json:1:2: /Memory',
      'config.json:1:13: /Memory/LIMIT',
    ]);
  });
});

describe('a key that resembles a known one', () => {
  test.each([
    [
      { memory: { limits: 5 } },
      'config.json:1:12: /memory/limits: expected a known field, found "limits"',
      'limit',
    ],
    [{ memmory: { limit: 5 } }, '/memmory: ', 'memory'],
    [{ rdma: { hca: { hcaHandle: 1 } } }, '/rdma/hca/hcaHandle: ', 'hcaHandles'],
  ])('is ignored, with a warning: %j', (resources, start, name) => {
    const { value, warnings } = read(JSON.stringify(resources), loadResources);
    expect(value).toEqual(resources);
    expect(warnings).toEqual([expect.stringContaining(start)]);
    expect(warnings[0]).toContain(`which is ignored; did you mean "${name}"?`);
  });

  test.each([
    { solaris: {}, windows: {}, vm: {}, zos: {}, freebsd: {} },
    { 'x-comment': 1, $schema: 'y' },
    { annotations: { limits: '' } },
  ])('is not one of these: %j', (more) => {
    expect(read(JSON.stringify({ ...validConfig(), ...more })).warnings).toEqual([]);
  });
});

test('no two names of an object are the same for encoding/json', () => {
  const walk = (node: SchemaNode): void => {
    const names = Object.keys(node.properties ?? {});
    for (const name of names) expect(names.filter((other) => foldsTo(other, name))).toEqual([name]);
    const inner = [...Object.values(node.properties ?? {}), node.items, node.additionalProperties];
    inner.forEach((one) => void (one && walk(one)));
  };
  walk(JSON.parse(schemaText) as SchemaNode);
});

test('keys in any case give the plan of the right spelling, and a warning each', () => {
  const { memoryPolicy: _, intelRdt: __, ...linux } = fullConfig.linux;
  const config = { ...fullConfig, linux };
  const right = stringifyJson(config);
  const plan = printPlan(asRoot(load(right)));
  const keys = [...right.matchAll(/"([A-Za-z0-9]+)":/g)].map(([, key]) => key as string);
  const isFree = (key: string) => ['key', 'tsrunfuzz0', 'mlx5'].includes(key);
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: keys.length * 4, maxLength: keys.length * 4 }),
      (flips) => {
        let serial = 0;
        let changed = 0;
        const text = right.replace(/"([A-Za-z0-9]+)":/g, (_all, key: string) => {
          const other = isFree(key) ? key : inCase(key, () => flips[serial++ % flips.length] as boolean);
          if (other !== key) changed++;
          return `"${other}":`;
        });
        const { value, warnings } = read(text);
        expect(printPlan(asRoot(value as ReturnType<typeof load>))).toBe(plan);
        const told = warnings.filter((line) => line.includes('expected the spelling')).length;
        const more = warnings.flatMap((line) => /(\d+) more keys/.exec(line)?.[1] ?? []);
        expect(told + Number(more[0] ?? 0)).toBe(changed);
      },
    ),
    { numRuns: 50 },
  );
});

function inCase(key: string, upper: () => boolean): string {
  return [...key].map((letter) => (upper() ? letter.toUpperCase() : letter.toLowerCase())).join('');
}
