import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { featuresDocument } from '../../../src/cli/features-document.ts';
import { stateObject } from '../../../src/container/state-json.ts';
import { Hooks } from '../../../src/spec/schema/hooks.ts';
import { Features, State } from '../../setup/runtime-spec/documents.ts';
import { specMountOptions, unlistedMountOptions } from '../../setup/runtime-spec/mount-options.ts';
import { tsrun } from './tsrun.ts';

/** What is wrong with a document. */
function faults(schema: object, document: unknown): unknown {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  validate(document);
  return validate.errors ?? [];
}

test('features are JSON alone, in the shape of the specification', () => {
  const { status, stdout, stderr } = tsrun(['features']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(faults(Features, JSON.parse(stdout))).toEqual([]);
});

test('a document in another shape is found out', async () => {
  const document = await featuresDocument();
  expect(faults(Features, { ...document, ociVersionMax: undefined })).not.toEqual([]);
  expect(faults(Features, { ...document, mountoptions: [] })).not.toEqual([]);
  expect(faults(Features, { ...document, linux: { namespaces: ['net'] } })).not.toEqual([]);
});

test('features say what the code can do', async () => {
  expect(await featuresDocument()).toMatchObject({
    ociVersionMin: '1.0.0',
    ociVersionMax: '1.3.0',
    hooks: Object.keys(Hooks.properties),
    mountOptions: expect.arrayContaining(['bind', 'ro', 'rro', 'rprivate']),
    linux: {
      namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'],
      capabilities: expect.arrayContaining(['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE']),
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: true },
      seccomp: {
        actions: expect.arrayContaining(['SCMP_ACT_ALLOW', 'SCMP_ACT_NOTIFY']),
        operators: expect.arrayContaining(['SCMP_CMP_MASKED_EQ']),
        archs: expect.arrayContaining(['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64']),
        knownFlags: expect.arrayContaining(['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']),
        supportedFlags: expect.arrayContaining(['SECCOMP_FILTER_FLAG_LOG']),
      },
      memoryPolicy: {
        modes: expect.arrayContaining(['MPOL_DEFAULT', 'MPOL_PREFERRED_MANY']),
        flags: expect.arrayContaining(['MPOL_F_STATIC_NODES']),
      },
    },
    annotations: { 'org.tsrun.checkpoint.enabled': 'false' },
    potentiallyUnsafeConfigAnnotations: [
      'org.systemd.property.',
      'org.tsrun.overlay',
      'org.tsrun.overlay.lowerdirs',
    ],
  });
});

test('no mount option is announced that the specification does not know', async () => {
  const { mountOptions } = (await featuresDocument()) as { readonly mountOptions: readonly string[] };
  expect(mountOptions.filter((name) => !specMountOptions.has(name))).toEqual(unlistedMountOptions);
});

test('a state has the shape of the specification, with what runc adds', () => {
  const state = {
    ...{
      ociVersion: '1.3.0',
      id: 'c',
      pid: 7,
      status: 'running' as const,
      bundle: '/b',
      rootfs: '/b/rootfs',
    },
    ...{ created: '2026-01-31T12:00:00.123456789Z', owner: '', annotations: { a: 'b' } },
  };
  expect(faults(State, stateObject(state))).toEqual([]);
  expect(faults(State, { ...state, status: 'frozen' })).not.toEqual([]);
});
