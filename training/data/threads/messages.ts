import type { LineFormat } from '../formats/create-parser';
import type { LineBatch } from '../lines/line-batch';
import type { ParsedLines } from '../lines/parse-lines';

/** What a thread is told first. */
export interface ThreadSettings {
  /** Whether rows tell the groups of their keys. */
  readonly groups: boolean;
}

/** Lines for a thread to parse; its buffers change hands. */
export interface ParseRequest {
  /** Undefined if it is that of the last request. */
  readonly format: LineFormat | undefined;
  readonly lines: Pick<LineBatch, 'bytes' | 'extents'>;
}

/** The answer to a request; answers come in the order of the requests. */
export type ParseAnswer = ParsedLines;
