import type { Split } from '../../config/split';
import type { AwsOptions } from '../aws/options';
import { type AwsSession, withSession } from '../aws/session';
import { print, printJson } from '../output';
import { changeSplit, readSplit, removeSplit } from './split';
import { asDocument, describe, type SplitState } from './split-state';

/** Prints how traffic is split now. */
export const showSplit = (options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => show(session, await readSplit(session), options));

/** Splits traffic as told, and prints how it is split then. */
export const changeAndShow = (split: Split, options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => show(session, await changeSplit(session, options, split), options));

/** Ends the split, and prints whether there was one. */
export const endSplit = (options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const removed = await removeSplit(session);
    if (options.json) printJson({ removed });
    else print(removed ? 'Traffic is no longer split' : 'Traffic was not split');
  });

const show = ({ version }: AwsSession, state: SplitState, { json }: AwsOptions): void =>
  json ? printJson(asDocument(state)) : print(describe(state, version));
