/** The two forms of `list`, as runc prints them. */
import type { ContainerState } from '../container/state.ts';
import { stateObject } from '../container/state-json.ts';

const HEADER = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'];

/** Go's tabwriter as runc sets it up: cells at least this wide, with this much space after them. */
const LEAST_WIDTH = 12;
const PADDING = 3;

/** One line. Where runc prints `null` for no containers, this is an array too. */
export function listJson(containers: readonly ContainerState[]): string {
  return `${JSON.stringify(containers.map(stateObject))}\n`;
}

export function listTable(containers: readonly ContainerState[]): string {
  const rows = [HEADER, ...containers.map(cells)];
  const widths = HEADER.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column]?.length ?? 0) + PADDING), LEAST_WIDTH),
  );
  return rows.map((row) => `${line(row, widths)}\n`).join('');
}

function cells({ id, pid, status, bundle, created, owner }: ContainerState): string[] {
  return [id, String(pid), status, bundle, created, owner];
}

/** The last cell ends the line: nothing is aligned with it. */
function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => (column < row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell))
    .join('');
}
