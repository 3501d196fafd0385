/** An answer of Discord's API, as far as anything here looks at it. */
export interface Response {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The parsed JSON; undefined when the body is empty or no JSON. */
  readonly body: unknown;
}

/** Header values by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The first value of a header. */
export function header(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
