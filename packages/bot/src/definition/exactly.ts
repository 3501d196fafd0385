/** What is given, without anything that there is not in a definition: a typing error is one. */
export type Exactly<Given, Shape> = Given & { readonly [Name in Exclude<keyof Given, keyof Shape>]: never };

/** A definition that says what it is. */
export type Typed<Definition, Type extends string> = Definition & { readonly type: Type };
