/** The cpu controller's properties: systemd.resource-control(5). */
import {
  type ControllerProperties,
  type FileTexts,
  INFINITY,
  property,
  type UnitProperty,
} from './property.ts';

/** The kernel's, in microseconds. */
const USUAL_PERIOD = 100_000;
/** A percent of a second: systemd rounds the quota down to whole ones. */
const PERCENT = 10_000;

export const cpuProperties: ControllerProperties = (texts, version) => [
  ...weight(texts, version),
  ...shares(texts('cpu.shares')),
  ...bandwidth(texts, version),
];

/** 0 is the idle class, since version 252. */
function weight(texts: FileTexts, version: number): readonly UnitProperty[] {
  const idle = texts('cpu.idle')?.trim();
  if (idle === '1' && version >= 252) return [property('CPUWeight', 't', 0n)];
  const own = texts('cpu.weight')?.trim() ?? '';
  if (/^\d+$/.test(own)) return [property('CPUWeight', 't', BigInt(own))];
  return idle === '0' && version >= 252 ? [property('CPUWeight', 't', INFINITY)] : [];
}

function shares(text: string | undefined): readonly UnitProperty[] {
  return text === undefined ? [] : [property('CPUShares', 't', BigInt(text))];
}

function bandwidth(texts: FileTexts, version: number): readonly UnitProperty[] {
  const [quota, period] = texts('cpu.max')?.trim().split(/\s+/) ?? [
    texts('cpu.cfs_quota_us'),
    texts('cpu.cfs_period_us'),
  ];
  if (quota === undefined && period === undefined) return [];
  const known = period !== undefined && version >= 242;
  return [
    ...(known ? [property('CPUQuotaPeriodUSec', 't', BigInt(period))] : []),
    property('CPUQuotaPerSecUSec', 't', perSecond(Number(quota), Number(period ?? USUAL_PERIOD))),
  ];
}

/** Rounded up, so that a cgroup below may have what is asked for. */
function perSecond(quota: number, period: number): bigint {
  if (!(quota > 0)) return INFINITY;
  return BigInt(Math.ceil((quota * 1_000_000) / period / PERCENT) * PERCENT);
}
