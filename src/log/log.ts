/** What the layers below the command line may say. The implementation (cli) decides where it goes. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Something was done otherwise than asked, and the container still runs. `hint` says what to do about it. */
  warning(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLog: Log = { debug() {}, warning() {} };
