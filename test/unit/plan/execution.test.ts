import { expect, test } from 'vitest';
import { dismissStep } from '../../../src/init/spawn-step.ts';
import { step } from '../../../src/init/step.ts';
import { openControlSocket } from '../../../src/init/stub-process.ts';
import { close } from '../../../src/kernel/calls/file.ts';
import { perform } from '../../../src/kernel/local.ts';
import { Execution } from '../../../src/plan/execution.ts';

test('nothing is waited for of a stub that was dismissed', () => {
  const { driver, stub } = openControlSocket();
  const execution = new Execution();
  execution.connect('stub', driver);
  execution.execute([dismissStep('stub')]);
  expect(() => execution.execute([step('stub', 'do more', '', [close(3)])])).toThrow('no stub is connected');
  perform(close(stub));
});
