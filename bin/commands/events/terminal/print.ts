/** PredictionIO's log lines, which scripts take apart at their blanks. */
const lines = (level: string, text: string): string =>
  text
    .split('\n')
    .map((line) => `[${level}] [Pio$] ${line}\n`)
    .join('');

/** Writes one or more lines to standard output. */
export function print(...texts: readonly string[]): void {
  for (const text of texts) process.stdout.write(lines('INFO', text));
}

/** Tells standard error how a long command goes. */
export const printProgress = (text: string): boolean => process.stderr.write(lines('INFO', text));

export const printWarning = (text: string): boolean => process.stderr.write(lines('WARN', text));

export const printError = (text: string): boolean => process.stderr.write(lines('ERROR', text));
