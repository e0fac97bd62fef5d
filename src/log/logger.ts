/**
 * The program's log. Two readers decide what it does: podman parses the whole file as one JSON object, so a
 * failed command writes one record, with the warnings inside it; and conmon passes on one buffer of standard
 * error, so the error comes first there. Hence warnings are held back until the command's end is known.
 */
import type { RuntimeError } from '../errors/runtime-error.ts';
import { blamed, type ErrorText, errorFields, errorText, type Fields, stacks } from './error-report.ts';
import type { Log } from './log.ts';
import type { Level } from './log-record.ts';
import { recordOutput, recordsToStderr } from './record-output.ts';
import { type Format, recordWriter, type WriteRecord } from './records.ts';
import type { LogService } from './service-record.ts';
import { printWarning, type Warning, writeToStderr } from './standard-error.ts';

export interface LogSettings {
  /** The open log file; without one, records go to standard error. */
  readonly fd?: number;
  /** The log file as given with `--log`, for messages. */
  readonly name?: string;
  readonly format: Format;
  /** The descriptor is a socket of the system's log, not a file. */
  readonly service?: LogService;
  readonly level: Level;
  /** Stacks, and everything as it happens. */
  readonly debug: boolean;
}

export class Logger implements Log {
  readonly #settings: LogSettings;
  readonly #held: Warning[] = [];
  /** Of the command, without a log file: whether and when its warnings are printed. */
  printWarnings: 'never' | 'at-end' | 'at-once' = 'never';
  #write: WriteRecord | undefined;

  constructor(settings: LogSettings) {
    this.#settings = settings;
    // Debug messages are written as they come, and warnings with them.
    if (settings.level === 'debug') this.#write = openWriter(settings);
  }

  debug(message: string, fields?: Fields): void {
    this.#write?.('debug', message, fields);
  }

  warning(message: string, fields: Fields = {}): void {
    if (this.#settings.level === 'error') return;
    if (this.#write !== undefined) this.#write('warning', message, fields);
    else if (this.#settings.fd === undefined && this.printWarnings === 'at-once')
      printWarning({ ...fields, message });
    else this.#held.push({ ...fields, message });
  }

  /** The command succeeded: lets out what was held back. */
  succeed(): void {
    if (this.#held.length === 0) return;
    if (this.#settings.fd === undefined) {
      if (this.printWarnings !== 'never') this.#held.forEach(printWarning);
      return;
    }
    const write = this.#writer();
    for (const { message, ...fields } of this.#held) write('warning', message, fields);
  }

  /** The command failed: one line on standard error, then what helps; one record in the log file. */
  fail(error: RuntimeError): void {
    const text = errorText(error);
    this.#print(error, text);
    if (this.#settings.fd === undefined) return;
    const warnings = this.#held.length > 0 ? this.#held : undefined;
    const stack = this.#settings.debug ? stacks(error) : undefined;
    this.#writer()('error', text.headline, { ...errorFields(error), warnings, stack });
  }

  #print(error: RuntimeError, { headline, others }: ErrorText): void {
    const { hint } = error.details;
    const lines = [`tsrun: ${headline}`, ...others];
    const field = blamed(error);
    if (field !== undefined) lines.push(`  field: ${field}`);
    if (hint !== undefined) lines.push(`  hint: ${hint}`);
    if (this.#settings.debug) lines.push(stacks(error));
    writeToStderr(`${lines.join('\n')}\n`);
    if (this.#settings.fd === undefined) this.#held.forEach(printWarning);
  }

  #writer(): WriteRecord {
    this.#write ??= openWriter(this.#settings);
    return this.#write;
  }
}

function openWriter({ fd, name = '', format, level, service }: LogSettings): WriteRecord {
  const output = fd === undefined ? recordsToStderr : recordOutput(fd, name);
  return recordWriter(output, format, level, service);
}
