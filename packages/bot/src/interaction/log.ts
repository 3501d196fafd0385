/** Where a handler tells what on-call may want to know. Tokens and other secrets are taken out; names of users are not. */
export interface Log {
  debug(about: object, message: string): void;
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}
