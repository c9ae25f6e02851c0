/** What a glob finds: names that match, in the files of a folder and of those up to `depth` levels below. */
export interface Glob {
  /** The beginning without wildcards, up to its last slash. */
  readonly folder: string;
  readonly depth: number;
  matches(name: string): boolean;
}

const wildcard = /[*?[\]{}]/;

/** Names that begin so are found only by a pattern that begins so. */
export const isHidden = (name: string): boolean => /^[._]/.test(name);

/**
 * Compiles a glob: `*` and `?` within a name, `[a-z]` and `[!a-z]`, `{one,other}`, `**` for any number of folders.
 * @returns undefined if it has no wildcard, or one that makes no sense, such as `[z-a]`
 */
export function compileGlob(pattern: string): Glob | undefined {
  const first = pattern.search(wildcard);
  if (first < 0) return undefined;
  const folder = pattern.slice(0, pattern.lastIndexOf('/', first) + 1);
  const alternatives = expandBraces(pattern.slice(folder.length)).map((text) => text.split('/'));
  const expressions = compileAll(alternatives);
  if (!expressions) return undefined;
  const depth = (segments: readonly string[]) =>
    segments.includes('**') ? Number.POSITIVE_INFINITY : segments.length - 1;
  return {
    folder,
    depth: Math.max(...alternatives.map(depth)),
    matches: (name) => name.startsWith(folder) && expressions.some((one) => one.test(name.slice(folder.length))),
  };
}

function compileAll(alternatives: readonly (readonly string[])[]): readonly RegExp[] | undefined {
  try {
    return alternatives.map((segments) => new RegExp(`^${segments.map(compileSegment).join('')}$`));
  } catch {
    return undefined;
  }
}

/** `a{b,c}d` as `abd` and `acd`, the innermost braces first; a brace without its partner stands for itself. */
function expandBraces(pattern: string): readonly string[] {
  const [whole, before = '', inner = '', after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? [];
  if (whole === undefined) return [pattern];
  return inner.split(',').flatMap((choice) => expandBraces(before + choice + after));
}

const notHidden = '(?![._])';

function compileSegment(segment: string, index: number, segments: readonly string[]): string {
  const isLast = index === segments.length - 1;
  if (segment === '**') return isLast ? `(?:${notHidden}[^/]+/)*${notHidden}[^/]+` : `(?:${notHidden}[^/]+/)*`;
  const parts = segment.match(/\[[!^]?\]?[^\]]*\]|./g) ?? [];
  const body = parts.map(compilePart).join('');
  return (wildcard.test(parts[0] ?? '') ? notHidden : '') + body + (isLast ? '' : '/');
}

function compilePart(part: string): string {
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length > 1) {
    const negated = /^\[[!^]/.test(part);
    const characters = part.slice(negated ? 2 : 1, -1).replaceAll(/[\\\]^[]/g, '\\$&');
    return `(?!/)[${negated ? '^' : ''}${characters}]`;
  }
  return part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
