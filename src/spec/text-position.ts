/** Lines and columns of a text. */

/** Both count from 1; the column counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** How much of a long line is shown on either side of the place. */
const MARGIN = 60;

export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** The line itself, with a caret below the place. */
export function excerpt(text: string, { line, column }: Position): string {
  const whole = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '');
  const start = Math.max(0, column - 1 - MARGIN);
  // A tab or a control character would move the caret, or the terminal.
  const shown = whole.slice(start, column - 1 + MARGIN).replace(/\p{Cc}/gu, ' ');
  const number = String(line).padStart(4);
  return `${number} | ${shown}\n${' '.repeat(number.length)} | ${' '.repeat(column - 1 - start)}^`;
}
