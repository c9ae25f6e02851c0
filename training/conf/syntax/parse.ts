import type { Position, Remark } from '../position';
import { unquote } from './quoted';
import { shorten, type Token, tokenize } from './tokens';
import type { Block, FieldNode, Scalar, Value } from './tree';

/** As deep as protobuf itself reads. */
const deepest = 100;
/** Of a file that is no configuration at all, so many faults are enough. */
const mostFaults = 20;

/** The package of the extensions that configurations know. */
const extensionPackage = 'PS.LM.';

/** A place where the text leaves the grammar. */
class SyntaxFault extends Error {
  constructor(
    readonly at: Position,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Parses protobuf's text format. After a fault it goes on with the next line, or where the block ends.
 * @returns what could be read, and the faults, at most 20
 */
export function parse(text: string): { readonly root: Block; readonly faults: readonly Remark[] } {
  const { tokens, faults } = tokenize(text);
  const parser = new Parser(tokens);
  const root = parser.file();
  return { root, faults: [...faults, ...parser.faults].slice(0, mostFaults) };
}

class Parser {
  readonly faults: Remark[] = [];
  #next = 0;
  #depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  file(): Block {
    const fields: FieldNode[] = [];
    while (this.#next < this.tokens.length) {
      for (const field of this.fields()) fields.push(field);
      // Only a bracket that closes nothing is left.
      const stray = this.take();
      if (stray) this.fault(stray.at, `"${stray.text}" closes nothing`);
    }
    return { kind: 'block', fields, at: { line: 1, column: 1 } };
  }

  /** Up to a bracket that closes, or the end. */
  private fields(): FieldNode[] {
    const fields: FieldNode[] = [];
    while (this.peek() && !this.sees('}', '>')) {
      const start = this.#next;
      try {
        fields.push(this.field());
        if (this.sees(',', ';')) this.take();
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        this.fault(error.at, error.message);
        this.recover(start);
      }
    }
    return fields;
  }

  private field(): FieldNode {
    const { name, at } = this.sees('[') ? this.extension() : this.name();
    const colon = this.takeIf(':');
    if (this.sees('[')) return { name, at, values: this.list(), isList: true };
    const value = this.value(name);
    if (!colon && value.kind !== 'block') throw new SyntaxFault(value.at, `write a colon after "${name}"`);
    return { name, at, values: [value], isList: false };
  }

  private name(): { name: string; at: Position } {
    const token = this.peek();
    if (token?.kind === 'name' && !token.text.includes('.')) {
      this.take();
      return { name: token.text, at: token.at };
    }
    throw new SyntaxFault(token?.at ?? this.end(), `expected the name of a field, not ${shown(token)}`);
  }

  private extension(): { name: string; at: Position } {
    const { at } = this.take()!;
    const token = this.peek();
    if (token?.kind !== 'name') throw new SyntaxFault(token?.at ?? this.end(), 'expected [PS.LM.name]');
    this.take();
    this.expect(']', '[', at);
    const name = token.text.startsWith(extensionPackage) ? token.text.slice(extensionPackage.length) : undefined;
    return { name: name ?? `[${token.text}]`, at };
  }

  private list(): Value[] {
    const { at } = this.take()!;
    const values: Value[] = [];
    if (this.takeIf(']')) return values;
    do values.push(this.value('['));
    while (this.takeIf(','));
    this.expect(']', '[', at);
    return values;
  }

  private value(after: string): Value {
    const token = this.peek();
    if (token?.kind === 'string') return this.strings(token.at);
    if (token?.kind === 'number' || token?.kind === 'name') {
      this.take();
      return { kind: token.kind, text: token.text, at: token.at };
    }
    if (this.sees('{', '<')) return this.block();
    throw new SyntaxFault(token?.at ?? this.end(), `expected a value after "${after}", not ${shown(token)}`);
  }

  private block(): Block {
    const { text, at } = this.take()!;
    if (this.#depth >= deepest) throw new SyntaxFault(at, `blocks are nested deeper than ${deepest}`);
    this.#depth++;
    const fields = this.fields();
    this.#depth--;
    const close = this.take();
    if (close?.text !== closing[text]) this.fault(close?.at ?? this.end(), unclosed(closing[text]!, text, at, close));
    return { kind: 'block', fields, at };
  }

  private strings(at: Position): Scalar {
    let text = '';
    while (this.peek()?.kind === 'string') {
      const token = this.take()!;
      try {
        text += unquote(token.text);
      } catch (error) {
        this.fault(token.at, (error as RangeError).message);
      }
    }
    return { kind: 'string', text, at };
  }

  /** Skips the rest of the line of the fault, but no bracket that closes a block around. */
  private recover(start: number): void {
    if (this.#next === start) this.take();
    const { line } = this.tokens[this.#next - 1]!.at;
    let open = 0;
    for (let token = this.peek(); token && token.at.line === line; token = this.peek()) {
      if (this.sees('{', '<')) open++;
      if (this.sees('}', '>') && open-- === 0) return;
      this.take();
    }
  }

  private expect(mark: string, opening: string, at: Position): void {
    if (this.takeIf(mark)) return;
    const token = this.peek();
    throw new SyntaxFault(token?.at ?? this.end(), unclosed(mark, opening, at, token));
  }

  private fault(at: Position, message: string): void {
    this.faults.push({ at, message });
  }

  private peek(): Token | undefined {
    return this.tokens[this.#next];
  }

  private take(): Token | undefined {
    const token = this.peek();
    if (token) this.#next++;
    return token;
  }

  private takeIf(mark: string): boolean {
    if (!this.sees(mark)) return false;
    this.#next++;
    return true;
  }

  private sees(...marks: readonly string[]): boolean {
    const token = this.peek();
    return token?.kind === 'mark' && marks.includes(token.text);
  }

  /** Where the last token ends. */
  private end(): Position {
    const last = this.tokens.at(-1);
    return last ? { line: last.at.line, column: last.at.column + last.text.length } : { line: 1, column: 1 };
  }
}

const closing: Readonly<Record<string, string>> = { '{': '}', '<': '>' };

const unclosed = (mark: string, opening: string, at: Position, token: Token | undefined): string =>
  `expected "${mark}" for "${opening}" in line ${at.line}, column ${at.column}, not ${shown(token)}`;

const shown = (token: Token | undefined): string => (token ? `"${shorten(token.text)}"` : 'the end of the file');
