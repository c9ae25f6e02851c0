import { randomFor } from '../random';
import type { Layout } from './layout';

export interface BlockOrder {
  readonly randomBlockOrder: boolean;
  /** The blocks of these groups come first in the first pass, without delay, so many rounds. */
  readonly priorGroups: readonly number[];
  readonly priorGroupRounds: number;
  readonly seed: number;
}

/** The numbers of all blocks in the order of a pass. */
export const blocksOfPass = ({ blocks }: Layout, order: BlockOrder, pass: number): number[] =>
  ordered(Array.from(blocks.keys()), order, 'blocks', pass);

/** The numbers of the prior groups' blocks, group after group, those of a group once a round. */
export const priorBlocks = ({ blocks }: Layout, order: BlockOrder): number[] =>
  order.priorGroups.flatMap((group) => {
    const ofGroup = Array.from(blocks.keys()).filter((i) => blocks[i]!.group === group);
    const rounds = Array.from({ length: order.priorGroupRounds }, (_, round) => round);
    return rounds.flatMap((round) => ordered(ofGroup, order, `blocks of prior group ${group}`, round));
  });

const ordered = (blocks: number[], { randomBlockOrder, seed }: BlockOrder, purpose: string, round: number): number[] =>
  randomBlockOrder ? randomFor(seed, purpose, round).shuffle(blocks.slice()) : blocks;
