/** `linux.devices`: config-linux.md, section Devices; makedev(3). */

import { inWords, type Report } from '../problem.ts';
import type { Config, Device } from '../types.ts';
import { mustBeAbsolute } from './absolute.ts';
import type { Check } from './check.ts';

/** The kernel's dev_t has 12 bits for the major number and 20 for the minor. */
const LARGEST = { major: 0xfff, minor: 0xfffff };

export const devices: Check<Config> = {
  reads: ['/linux/devices'],
  run({ linux }, report) {
    linux?.devices?.forEach((device, index) => {
      const pointer = `/linux/devices/${index}`;
      mustBeAbsolute(device.path, `${pointer}/path`, report);
      if (/^\/[/.]*$/.test(device.path)) {
        const problem = { expected: 'the path of a file', found: inWords(device.path) };
        report({ pointer: `${pointer}/path`, ...problem });
      }
      if (device.type !== 'p') numbers(device, pointer, report);
    });
  },
};

function numbers(device: Device, pointer: string, report: Report): void {
  for (const name of ['major', 'minor'] as const) {
    const number = device[name];
    if (number === undefined) {
      const hint = `see those of the host's node: stat -c '%Hr %Lr' ${device.path}`;
      report({ pointer, expected: `a ${name} number of the device`, found: 'none', hint });
    } else if (number < 0 || number > LARGEST[name]) {
      const expected = `a number from 0 to ${LARGEST[name]}`;
      report({ pointer: `${pointer}/${name}`, expected, found: inWords(number) });
    }
  }
}
