/** The io controller of cgroup v2: kernel, admin-guide/cgroup-v2.rst and block/bfq-iosched.rst. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, isSet, type LimitWrite, restoreLine } from '../limit.ts';

type BlockIo = NonNullable<Resources['blockIO']>;

const throttles = [
  ['throttleReadBpsDevice', 'rbps', 'bytes read per second'],
  ['throttleWriteBpsDevice', 'wbps', 'bytes written per second'],
  ['throttleReadIOPSDevice', 'riops', 'reads per second'],
  ['throttleWriteIOPSDevice', 'wiops', 'writes per second'],
] as const;

export const ioLimits: ControllerLimits = ({ blockIO }) => {
  if (!blockIO) return [];
  refuseVersion1(blockIO);
  const { weight, weightDevice = [] } = blockIO;
  return [
    ...(isSet(weight) ? [ownWeight(weight)] : []),
    ...weightDevice.flatMap((device, index) => (isSet(device.weight) ? [deviceWeight(device, index)] : [])),
    ...throttles.flatMap(([field, key, what]) =>
      (blockIO[field] ?? []).map(({ major, minor, rate }, index) => ({
        // 0 is "no limit" to the specification and to version 1.
        ...write(
          'io.max',
          `${major}:${minor} ${key}=${isSet(rate) ? rate : 'max'}`,
          `${field}/${index}/rate`,
        ),
        limit: `limit of ${what}`,
        restore: restoreLine(`${major}:${minor}`, `${key}=max`),
      })),
    ),
  ];
};

/** 10 … 1000 of version 1 as 1 … 10000, a straight line. */
function scaled(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

function ownWeight(weight: number): LimitWrite {
  const limit = 'weight of block devices';
  return {
    ...write('io.bfq.weight', `${weight}`, 'weight', limit),
    otherwise: write('io.weight', `${scaled(weight)}`, 'weight', limit),
  };
}

function deviceWeight(
  { major, minor, weight = 0 }: NonNullable<BlockIo['weightDevice']>[number],
  index: number,
): LimitWrite {
  const field = `weightDevice/${index}/weight`;
  const limit = `weight of the block device ${major}:${minor}`;
  const restore = restoreLine(`${major}:${minor}`, 'default');
  return {
    ...write('io.bfq.weight', `${major}:${minor} ${weight}`, field, limit),
    restore,
    otherwise: { ...write('io.weight', `${major}:${minor} ${scaled(weight)}`, field, limit), restore },
  };
}

function refuseVersion1({ leafWeight, weightDevice = [] }: BlockIo): void {
  const device = weightDevice.findIndex((one) => isSet(one.leafWeight));
  if (!isSet(leafWeight) && device < 0) return;
  const field = isSet(leafWeight) ? 'leafWeight' : `weightDevice/${device}/leafWeight`;
  throw new RuntimeError('cgroup', `cgroup v2 has nothing for blockIO.leafWeight`, {
    pointer: `/linux/resources/blockIO/${field}`,
    hint: 'leave it out: processes and cgroups never compete there',
  });
}

function write(file: string, text: string, field: string, limit = ''): LimitWrite {
  return { controller: 'io', file, text, field: `/blockIO/${field}`, limit };
}
