/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What is not there. */
export const absent = Symbol('absent');

/** The steps of a path: `$.a[0].b` is a, 0, b. */
function stepsOf(path: string): (string | number)[] {
  if (!/^\$(\.[A-Za-z_]\w*|\[\d+\])*$/.test(path)) throw new Error(`the path ${path} is not one that is known here`);
  return [...path.matchAll(/\.(\w+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

/** The value at a path such as `$`, `$.a.b` or `$[0].a`. */
export function valueAt(document: Json, path: string): Json | typeof absent {
  let value: Json | typeof absent = document;
  for (const step of stepsOf(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return absent;
    value = (value as Record<string | number, Json>)[step]!;
  }
  return value;
}

/** The document with a value at a path; objects on the way are made. */
export function withValueAt(document: Json, path: string, value: Json): Json {
  const put = (target: Json, [step, ...rest]: readonly (string | number)[]): Json => {
    if (step === undefined) return value;
    const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
    return { ...object, [step]: put((object as Record<string, Json>)[step] ?? null, rest) };
  };
  return put(document, stepsOf(path));
}
