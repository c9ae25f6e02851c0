import type { Position, Remark } from '../position';

/** A number as written, a name, a quoted string with its quotes, or one of `: { } < > [ ] , ;`. */
export interface Token {
  readonly kind: 'number' | 'name' | 'string' | 'mark';
  readonly text: string;
  readonly at: Position;
}

const blank = /(?:\s|#[^\n]*)+/y;
/** Longest first: a number that goes on in letters, such as `12px`, is one faulty token. */
const shapes: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /-?[ \t]*(?:\d|\.\d)(?:[eE][+-]|[\w.])*/y],
  ['number', /-[ \t]*[A-Za-z]\w*/y],
  ['name', /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y],
  ['mark', /[:{}<>[\],;]/y],
];
/** What cannot be read: a string up to the end of its line, or else a run of strange characters. */
const strange = /["'][^\n]*|[^\s\w"'.:{}<>[\],;#-]+|[\s\S]/uy;

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

/** Cuts a text into tokens; blanks and `#` comments fall away, and so does what cannot be read, with a fault. */
export function tokenize(text: string): { readonly tokens: readonly Token[]; readonly faults: readonly Remark[] } {
  const tokens: Token[] = [];
  const faults: Remark[] = [];
  let line = 1;
  let lineStart = 0;
  let offset = 0;
  const advance = (part: string) => {
    for (let end = part.indexOf('\n'); end >= 0; end = part.indexOf('\n', end + 1)) {
      line++;
      lineStart = offset + end + 1;
    }
    offset += part.length;
  };
  while (offset < text.length) {
    const skipped = match(blank, text, offset);
    if (skipped !== undefined) {
      advance(skipped);
      continue;
    }
    const at = { line, column: offset - lineStart + 1 };
    const token = tokenAt(text, offset, at);
    if (token) tokens.push(token);
    const part = token?.text ?? match(strange, text, offset)!;
    if (!token) faults.push({ at, message: strangeMessage(part) });
    advance(part);
  }
  return { tokens, faults };
}

function tokenAt(text: string, offset: number, at: Position): Token | undefined {
  for (const [kind, pattern] of shapes) {
    const found = match(pattern, text, offset);
    if (found !== undefined) return { kind, text: found, at };
  }
  return undefined;
}

function strangeMessage(part: string): string {
  if (/^["']/.test(part)) return `the string ${shorten(part)} has no end; close it on its line with ${part[0]}`;
  return `cannot read ${shorten(JSON.stringify(part))} here`;
}

/** As much of a text as fits in a message. */
export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
