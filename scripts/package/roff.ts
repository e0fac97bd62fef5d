/** The macros of man(7), as far as manual pages need them. */

/** A paragraph of plain text. */
export function paragraph(text: string): string {
  return `.PP\n${escaped(text)}`;
}

/** A heading. */
export function section(title: string, parts: readonly string[]): string {
  return [`.SH ${title}`, ...parts].join('\n');
}

/** What is explained, and below it, indented, the explanation. */
export function item(tag: string, text: string): string {
  return `.TP\n${tag}\n${escaped(text)}`;
}

/** Lines as they are, of a terminal or a file. */
export function example(lines: readonly string[]): string {
  return ['.PP', '.RS 4', '.nf', ...lines.map(escaped), '.fi', '.RE'].join('\n');
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

/** Text that means nothing to roff; a hyphen stays what one types. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('…', '...')
    .replace(/^\./gm, '\\&.');
}
