/** Makes one proof on one runtime. */
import type { LooseConfig } from '../setup/base-config.ts';
import { needs } from '../setup/needs.ts';
import type { Host } from './host.ts';
import {
  NotApplicable,
  NotInForce,
  type Proof,
  ReadBackOnly,
  type Readings,
  Refused,
  type Verdict,
} from './proof.ts';
import { type Container, makeSubject, type Subject, type SubjectOptions } from './subject.ts';

/** @throws what is none of the verdicts: the proof itself is broken */
export async function prove(proof: Proof, options: SubjectOptions): Promise<Verdict> {
  const hindrance = hindranceOf(proof, options.host);
  if (hindrance !== undefined) return { kind: 'not applicable', note: hindrance };
  let undo = () => {};
  try {
    undo = proof.prepare?.(options.host) ?? undo;
    await using subject = makeSubject(options);
    return await verdictOf(proof, subject);
  } catch (error) {
    if (error instanceof NotInForce) return { kind: 'not in force', note: error.message };
    if (error instanceof ReadBackOnly) return { kind: 'read back', note: error.message };
    if (error instanceof NotApplicable) return { kind: 'not applicable', note: error.message };
    if (error instanceof Refused) return { kind: 'error', note: reasonOf(error.message) };
    throw error;
  } finally {
    undo();
  }
}

async function verdictOf(proof: Proof, subject: Subject): Promise<Verdict> {
  const { resources, config, script, files } = proof;
  const readings = readingsOn(subject.host, proof);
  const container = await subject.start({
    ...(resources && { resources: typeof resources === 'function' ? resources(subject.host) : resources }),
    ...(config && { config: config as (config: LooseConfig) => void }),
    ...(script && { script }),
    files: Object.keys(readings ?? {}),
  });
  if (files && !readings) throw new NotInForce('accepted, though there is no such limit');
  const values = readBack(container, readings ?? {});
  if (!proof.shows) throw new ReadBackOnly(proof.unseen ?? values);
  const seen = await proof.shows(container, subject);
  return { kind: 'enforced', note: [values, seen].filter(Boolean).join('; ') };
}

/** The files of the version that has the controller here. */
function readingsOn(host: Host, { files }: Proof): Readings | undefined {
  const first = Object.keys(files?.[1] ?? files?.[2] ?? {})[0] ?? '';
  return files?.[host.version(first.split('.')[0] ?? '')];
}

/** @throws NotInForce where something else is there than was asked for */
function readBack(container: Container, readings: Readings): string {
  const seen = Object.entries(readings).map(([file, wanted]) => {
    const [inside, outside] = [container.inside.get(file), readOr(container, file)];
    const right = (value: string) => (typeof wanted === 'string' ? value === wanted : wanted.test(value));
    if (inside !== undefined && !right(inside)) throw new NotInForce(`${file} inside is: ${inside}`);
    if (!right(outside)) throw new NotInForce(`${file} on the host is: ${outside}`);
    return `${file} ${outside}${inside === undefined ? ' (not in the container)' : ''}`;
  });
  return seen.join(', ');
}

function readOr(container: Container, file: string): string {
  try {
    return container.read(file);
  } catch {
    return 'missing';
  }
}

/** Why the proof cannot be made here. */
function hindranceOf({ as, needs: names = [] }: Proof, { place }: Host): string | undefined {
  if (as !== undefined && as !== place.user)
    return as === 'root' ? 'only for root' : 'only for ordinary users';
  const missing = names.map((name) => needs[name]).find((need) => !need.present());
  return missing && `${missing.package} is not installed`;
}

/** What the runtime says, in one line. */
export function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/warning/i.test(line));
  const line = lines.find((text) => /error|^tsrun:/i.test(text)) ?? lines.at(-1) ?? 'no message';
  return (/msg="(.*)"$/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line).trim();
}
