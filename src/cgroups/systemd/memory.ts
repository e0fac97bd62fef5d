/** The memory controller's properties: systemd.resource-control(5). */
import { type ControllerProperties, numberProperty } from './property.ts';

export const memoryProperties: ControllerProperties = (texts) => [
  ...numberProperty('MemoryMin', texts('memory.min')),
  ...numberProperty('MemoryLow', texts('memory.low')),
  ...numberProperty('MemoryHigh', texts('memory.high')),
  ...numberProperty('MemoryMax', texts('memory.max')),
  ...numberProperty('MemorySwapMax', texts('memory.swap.max')),
  // Version 1.
  ...numberProperty('MemoryLimit', texts('memory.limit_in_bytes')),
];
