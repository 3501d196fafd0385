/**
 * The one place where the compiler is told rather than shown what a value is: `values` was read by walking the very
 * definition from whose type `T` is computed (options, fields, parameters), key by key. A type that is computed from a
 * definition cannot be checked against a value that is built in a loop.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- see above
export function inferred<T>(values: object): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return values as T;
}
