import { readCdkJson, writeContextValue } from './cdk-json';

const key = 'modelapp:traffic';

/**
 * Whether `cdk.json` asks for the entry that versions share, which a split implies.
 * @throws {CommandError} naming the file, if it cannot be read
 */
export function listsSharedEntry(directory: string): boolean {
  const [, , { context = {} }] = readCdkJson(directory);
  return String(context[key]) === 'true' || Boolean(context['modelapp:split']);
}

/**
 * Notes in `cdk.json` that versions share an entry. Without it the CDK CLI, run by hand, would take a version from behind
 * the entry, and find no stack of that name.
 * @throws {CommandError} naming the file
 */
export function listSharedEntry(directory: string): void {
  if (!listsSharedEntry(directory)) writeContextValue(directory, key, true);
}
