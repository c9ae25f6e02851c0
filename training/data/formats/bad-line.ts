/** Thrown at a line against the grammar of its format. No Error: a stack would be taken for every bad line. */
export class BadLineFault {
  /** @param reason for users, one line */
  constructor(readonly reason: string) {}
}

const shown = 40;

/** Some bytes of a line as messages show them: on one line, and not long. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 4 * shown)));
  const printable = text.replaceAll(/[\p{C}\s]+/gu, ' ');
  const long = end - start > 4 * shown || printable.length > shown;
  return `'${long ? `${printable.slice(0, shown)}…` : printable}'`;
}
