/** The blkio controller of cgroup v1: kernel, admin-guide/cgroup-v1/blkio-controller.rst and block/bfq-iosched.rst. */
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, isSet, type LimitWrite, restoreLine } from '../limit.ts';

type BlockIo = NonNullable<Resources['blockIO']>;

const throttles = [
  ['throttleReadBpsDevice', 'blkio.throttle.read_bps_device', 'bytes read per second'],
  ['throttleWriteBpsDevice', 'blkio.throttle.write_bps_device', 'bytes written per second'],
  ['throttleReadIOPSDevice', 'blkio.throttle.read_iops_device', 'reads per second'],
  ['throttleWriteIOPSDevice', 'blkio.throttle.write_iops_device', 'writes per second'],
] as const;

export const blkioLimits: ControllerLimits = ({ blockIO }) => {
  if (!blockIO) return [];
  const { weight, leafWeight, weightDevice = [] } = blockIO;
  return [
    ...(isSet(weight) ? [ofScheduler('weight', weight, 'weight', 'weight of block devices')] : []),
    ...(isSet(leafWeight)
      ? [write('blkio.leaf_weight', leafWeight, 'leafWeight', 'leaf weight of block devices')]
      : []),
    ...weightDevice.flatMap((device, index) => [
      ...(isSet(device.weight)
        ? [
            ofScheduler(
              'weight_device',
              `${device.major}:${device.minor} ${device.weight}`,
              `weightDevice/${index}/weight`,
              `weight of the block device ${device.major}:${device.minor}`,
            ),
          ]
        : []),
      ...(isSet(device.leafWeight)
        ? [
            write(
              'blkio.leaf_weight_device',
              `${device.major}:${device.minor} ${device.leafWeight}`,
              `weightDevice/${index}/leafWeight`,
              `leaf weight of the block device ${device.major}:${device.minor}`,
            ),
          ]
        : []),
    ]),
    ...throttleWrites(blockIO),
  ];
};

function throttleWrites(blockIO: BlockIo): LimitWrite[] {
  return throttles.flatMap(([field, file, what]) =>
    (blockIO[field] ?? []).map(({ major, minor, rate }, index) => ({
      ...write(file, `${major}:${minor} ${rate}`, `${field}/${index}/rate`, `limit of ${what}`),
      restore: restoreLine(`${major}:${minor}`, '0'),
    })),
  );
}

/** CFQ, which had the plain name, went with Linux 5.0; what came after it has a name of its own. */
function ofScheduler(file: string, value: number | string, field: string, limit: string): LimitWrite {
  return {
    ...write(`blkio.bfq.${file}`, value, field, limit),
    otherwise: write(`blkio.${file}`, value, field, limit),
  };
}

function write(file: string, value: number | string, field: string, limit: string): LimitWrite {
  return { controller: 'blkio', file, text: `${value}`, field: `/blockIO/${field}`, limit };
}
