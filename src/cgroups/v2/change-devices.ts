/** Other device rules for a container that is there, on version 2: another program in the place of the one it has. */
import type { DeviceRule } from '../../spec/types.ts';
import type { DeviceChange } from '../change-devices.ts';
import { deviceProgram, isIdle } from './device-program.ts';
import { DevicePrograms } from './device-programs.ts';

/**
 * What others have attached stays. The other program is there at once and whole.
 *
 * @throws RuntimeError `cgroup`; nothing has changed then
 */
export function changeDeviceProgram(path: string, rules: readonly DeviceRule[]): DeviceChange {
  const programs = new DevicePrograms(path);
  const dispose = () => programs[Symbol.dispose]();
  try {
    const [old, ...others] = programs.own();
    const bytes = deviceProgram(rules);
    if (old === undefined && isIdle(bytes)) return { undo: () => {}, [Symbol.dispose]: dispose };
    const program = programs.load(bytes);
    programs.put(program, old);
    for (const other of others) programs.detach(other);
    const undo = () => (old === undefined ? programs.detach(program) : programs.put(old, program));
    return { undo, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
