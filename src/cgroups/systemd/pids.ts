/** The pids controller's property: systemd.resource-control(5). */
import { type ControllerProperties, numberProperty, property } from './property.ts';

/** 0 is no value for systemd; the file has it. */
export const pidsProperties: ControllerProperties = (texts) => {
  const text = texts('pids.max');
  return text?.trim() === '0' ? [property('TasksMax', 't', 1n)] : numberProperty('TasksMax', text);
};
