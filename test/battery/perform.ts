/** Performs attacks, one after the other, each with a target of its own. */
import { needs } from '../setup/needs.ts';
import { type Attack, Breach, NotApplicable, type Verdict } from './attack.ts';
import { makeTarget } from './target.ts';

/** @throws what is neither a breach nor a reason: the attack itself is broken */
export async function perform(attack: Attack, runtime: string, rounds: number): Promise<Verdict> {
  const hindrance = hindranceOf(attack);
  if (hindrance !== undefined) return { kind: 'not applicable', note: hindrance };
  await using target = makeTarget(runtime, rounds);
  try {
    return { kind: 'held', note: await attack.run(target) };
  } catch (error) {
    if (error instanceof Breach) return { kind: 'breached', note: error.message };
    if (error instanceof NotApplicable) return { kind: 'not applicable', note: error.message };
    throw error;
  }
}

/** Why it cannot be performed here. */
function hindranceOf({ as, needs: names = [] }: Attack): string | undefined {
  const isRoot = process.getuid?.() === 0;
  if (as === 'root' && !isRoot) return 'only root can be attacked like this';
  if (as === 'user' && isRoot) return 'only an ordinary user can be attacked like this';
  const missing = names.map((name) => needs[name]).find((need) => !need.present());
  return missing && `${missing.package} is not installed`;
}
