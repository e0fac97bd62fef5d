/** The fields of config.json and the options of mounts: what tsrun makes of each. */
import { mountOptions } from '../../src/rootfs/mount-options.ts';
import { fieldProofs } from '../../test/setup/proofs.ts';
import { configFields, foreignFields, formerFields } from '../../test/setup/runtime-spec/config-fields.ts';
import { specMountOptions } from '../../test/setup/runtime-spec/mount-options.ts';
import { code, evidenceFor, table, testsCell } from './evidence.ts';

/** Nothing but the place of others. */
const CONTAINERS = ['/linux', '/linux/resources', '/process'];
const fields = configFields.filter((pointer) => !CONTAINERS.includes(pointer));

type Status = 'implemented' | 'missing';

/** The schema has every field (test/unit/spec/specification.test.ts); that it does something, its tests say. */
function fieldStatus(pointer: string): Status {
  return evidenceFor(fieldProofs, pointer) ? 'implemented' : 'missing';
}

/** Fields and options of mounts that no test stands for. */
export function unprovenFields(): string[] {
  const options = [...specMountOptions.keys()].map(optionPointer);
  return [...fields, ...options].filter((pointer) => fieldStatus(pointer) === 'missing');
}

export function fieldsSection(): string {
  const rows = fields.map((pointer) => row(pointer, fieldStatus(pointer)));
  const others = [...foreignFields].map((pointer) => [
    code(pointer),
    'not applicable',
    'ignored: of another platform',
  ]);
  const former = formerFields.map((pointer) => [code(pointer), fieldStatus(pointer), 'of earlier versions']);
  return [
    `\`*\` stands for an element of an array, \`{}\` for a value of a map.`,
    table(['field', 'status', 'tests'], [...rows, ...former, ...others]),
  ].join('\n\n');
}

function row(pointer: string, status: Status): string[] {
  const found = evidenceFor(fieldProofs, pointer);
  const remark = found?.at === pointer ? found.evidence.remark : undefined;
  const text = remark === undefined ? status : `${status}: ${remark}`;
  return [code(pointer), text, status === 'implemented' ? testsCell(found, pointer) : ''];
}

function optionPointer(name: string): string {
  return `/mounts/*/options/${name}`;
}

export function mountOptionsSection(): string {
  const status = (name: string): Status => (mountOptions.has(name) ? 'implemented' : 'missing');
  const rows = [...specMountOptions].map(([name, level]) => {
    const pointer = optionPointer(name);
    return [code(name), level, status(name), testsCell(evidenceFor(fieldProofs, pointer), pointer)];
  });
  return [
    'What is no option of this table goes to the filesystem.',
    table(['option', 'the specification', 'status', 'tests'], rows),
  ].join('\n\n');
}
