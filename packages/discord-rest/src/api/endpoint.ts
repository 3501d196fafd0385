/** What an endpoint takes and answers. */
export interface Endpoint<Result, Body = undefined, Query = undefined> {
  readonly result: Result;
  readonly body: Body;
  readonly query: Query;
}
