import type { z } from 'zod';

type Json = z.infer<ReturnType<typeof z.json>>;

/**
 * The i-th instance of a payload: in its strings, `{index}` becomes the index and `{snowflake}` an id of its own; a string that
 * is nothing but `{index}` becomes the number.
 */
export function instantiate(template: Json, index: number, nextId: () => string): Json {
  if (typeof template === 'string') return instantiateText(template, index, nextId);
  if (Array.isArray(template)) return template.map((item) => instantiate(item, index, nextId));
  if (template === null || typeof template !== 'object') return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, instantiate(value, index, nextId)]));
}

function instantiateText(text: string, index: number, nextId: () => string): string | number {
  if (!text.includes('{')) return text;
  if (text === '{index}') return index;
  return text.replaceAll('{index}', String(index)).replaceAll('{snowflake}', nextId);
}
