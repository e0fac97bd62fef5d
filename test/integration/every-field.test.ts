/**
 * One container with every field of the specification that this host can do, looked at from inside and from a hook on
 * the host; and, one by one, the errors of those that it cannot.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseConfig, type LooseConfig } from '../setup/base-config.ts';
import { needVersion1 } from '../setup/cgroup-files.ts';
import { type Part, parts, rootParts } from '../setup/every-field.ts';
import {
  elsewhere,
  type Refusal,
  refusals,
  rootlessRefusals,
  rootRefusals,
} from '../setup/every-field-refusals.ts';
import { need } from '../setup/needs.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';
import { configFields } from '../setup/runtime-spec/config-fields.ts';

const isRoot = process.getuid?.() === 0;
const chosen: readonly Part[] = Object.values({ ...parts, ...(isRoot ? prefixed(rootParts) : {}) });

function prefixed(some: Readonly<Record<string, Part>>): Record<string, Part> {
  return Object.fromEntries(Object.entries(some).map(([name, part]) => [`root: ${name}`, part]));
}

type Looks = NonNullable<Part['inside']>;

function looksOf(side: 'inside' | 'outside'): Looks {
  return Object.assign({}, ...chosen.map((part) => part[side] ?? {}));
}

/** Prints a line for each look: its name and what it found, on one line. */
function script(looks: Looks): string {
  const lines = Object.entries(looks).map(
    ([name, [command]]) =>
      `echo "${name}: $( (${command}) 2>&1 | tr '\\n\\t' '  ' | sed 's/^ *//; s/ *$//')"`,
  );
  return lines.join('\n');
}

function expected(looks: Looks): Record<string, string> {
  return Object.fromEntries(Object.entries(looks).map(([name, [, value]]) => [name, value]));
}

function found(text: string): Record<string, string> {
  const lines = text.replaceAll('\r', '').trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
  );
}

function bundleWithAll(rig: Rig): Bundle {
  chmodSync(rig.path, 0o755);
  return rig.bundle({
    finish: (config, bundle) => {
      chmodSync(bundle.path, 0o755);
      // Its group 5 would have to be mapped.
      for (const part of chosen) part.ask(config, bundle);
      writeFileSync(join(bundle.path, 'data/look.sh'), script(looksOf('inside')));
      config.process.args = ['sh', '/data/look.sh'];
      const seen = join(bundle.path, 'seen/outside');
      const look = join(bundle.path, 'look-outside.sh');
      const preface = `state=${bundle.path}/state.json\ncat >$state\npid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' $state)\n`;
      writeFileSync(look, preface + script(looksOf('outside')));
      const hook = {
        path: '/bin/sh',
        args: ['sh', '-c', `sh ${look} >${seen} 2>&1`],
        env: ['PATH=/usr/bin:/bin'],
      };
      config.hooks.createRuntime.push(hook);
    },
  });
}

/** A network namespace to be the host's, with an interface to be moved. */
const network =
  'ip link add every-field0 type veth peer name every-field1; ip addr add 192.0.2.77/24 dev every-field0; exec "$@"';

test('one container has every field that its host can do', async (context) => {
  need(context, 'busybox', 'iproute2');
  if (isRoot) needVersion1(context, 'memory', 'cpu', 'cpuset', 'pids', 'blkio', 'devices');
  await using rig = makeRig();
  const bundle = bundleWithAll(rig);
  const through = isRoot ? ['unshare', '-n', 'sh', '-c', network, 'sh'] : [];
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
  const warnings = result.stderr.split('\n').filter((line) => !line.startsWith('  '));
  expect(warnings).toEqual([...(isRoot ? ['tsrun: warning: kernel memory limits are ignored'] : []), '']);
  expect(found(result.stdout)).toEqual(expected(looksOf('inside')));
  expect(found(readFileSync(join(bundle.path, 'seen/outside'), 'utf8'))).toEqual(
    expected(looksOf('outside')),
  );
  expect(result.code).toBe(0);
  const hooks = readFileSync(join(bundle.path, 'seen/hooks'), 'utf8');
  expect(hooks.split('\n').slice(4)).toEqual([
    'poststart argument poststart running',
    'poststop argument poststop stopped',
    '',
  ]);
});

const refused: Readonly<Record<string, Refusal>> = {
  ...refusals,
  ...(isRoot ? rootRefusals : rootlessRefusals),
};

test.for(Object.entries(refused))(
  '%s is asked for in vain, and that is said',
  async ([pointer, refusal], context) => {
    need(context, 'busybox');
    context.skip(refusal.possible(), 'this host can do it');
    await using rig = makeRig();
    const bundle = rig.bundle({ config: refusal.ask });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result.stderr).toMatch(refusal.message);
    expect(result.code).toBe(refusal.warning ? 0 : 1);
    if (!refusal.warning) expect(result.stderr).toContain(pointer);
  },
);

/** In the notation of `configFields`: `*` for an element, `{}` for the value of a free key. */
function fieldsIn(value: unknown, at = ''): string[] {
  const below = (name: string, inner: unknown) => {
    const pointer =
      configFields.includes(`${at}/{}`) || configFields.some((one) => one.startsWith(`${at}/{}/`))
        ? `${at}/{}`
        : `${at}/${name}`;
    return [pointer, ...fieldsIn(inner, pointer)];
  };
  if (Array.isArray(value)) return value.flatMap((inner) => fieldsIn(inner, `${at}/*`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => below(name, inner));
}

test('no field of the specification is left out', async (context) => {
  context.skip(!isRoot, "some take the machine's root");
  // Some are asked for only where they can be had.
  needVersion1(context, 'blkio');
  await using rig = makeRig();
  for (const file of Object.values(elsewhere)) {
    expect(existsSync(join(import.meta.dirname, file)), file).toBe(true);
  }
  const known = new Set(Object.keys(elsewhere));
  const add = (config: LooseConfig) => {
    for (const pointer of fieldsIn(config)) known.add(pointer);
  };
  rig.bundle({
    rootfs: 'empty',
    finish: (config, bundle) => {
      for (const part of chosen) part.ask(config, bundle);
      add(config);
    },
  });
  for (const { ask } of Object.values(refused)) {
    const config = baseConfig();
    ask(config);
    add(config);
  }
  expect(configFields.filter((pointer) => !known.has(pointer))).toEqual([]);
});
