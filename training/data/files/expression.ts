import { compileGlob } from './glob';

/** The folder with its slash, and the name in it. */
export function splitName(name: string): [folder: string, name: string] {
  const start = name.lastIndexOf('/') + 1;
  return [name.slice(0, start), name.slice(start)];
}

/**
 * Compiles a regular expression that matches whole names.
 * @returns what is wrong with it if it is none; undefined if it is empty
 */
export function compileExpression(expression: string): RegExp | SyntaxError | undefined {
  if (expression === '') return undefined;
  try {
    // By itself first: a parenthesis too many would close the one around it.
    return new RegExp(`^(?:${new RegExp(expression).source})$`);
  } catch (error) {
    return error as SyntaxError;
  }
}

/** Why a name of files finds at most a file of that very name: it looks like an expression, and is neither that nor a glob. */
export function whyNoPattern(name: string): string | undefined {
  const found = compileExpression(splitName(name)[1]);
  if (!(found instanceof SyntaxError) || compileGlob(name)) return undefined;
  const reason = found.message.slice(found.message.lastIndexOf(': ') + 2);
  return `"${name}" is no regular expression (${reason}): only a file of that very name is read`;
}
