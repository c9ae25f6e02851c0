import { parentPort, type TransferListItem, workerData } from 'node:worker_threads';
import { RowBuilder } from '../../../learning/sparse/row-builder';
import type { SparseRows } from '../../../learning/sparse/rows';
import { createParser } from '../formats/create-parser';
import type { LineParser } from '../formats/line-parser';
import { parseLines } from '../lines/parse-lines';
import type { ParseAnswer, ParseRequest, ThreadSettings } from './messages';

const { groups } = workerData as ThreadSettings;
const rows = new RowBuilder(groups);
let parser: LineParser;

parentPort!.on('message', ({ format, lines }: ParseRequest) => {
  if (format) parser = createParser(format);
  const answer: ParseAnswer = parseLines(lines, parser, rows);
  parentPort!.postMessage(answer, buffersOf(answer.rows));
});

function buffersOf({ labels, importances, offsets, features, values, keys, groups }: SparseRows): TransferListItem[] {
  const arrays = [labels, importances, offsets, features, values, keys, groups];
  return arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
}
