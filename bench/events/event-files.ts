import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseEvent } from '../../service/events/format/parse-event';
import { parseJson } from '../../service/events/format/parse-json';
import { newEvent, type Place } from '../../service/events/store/new-event';
import { copyColumns, copyLine } from '../../service/events/transfer/copy-line';
import { shopLines } from './shop';

/** Writes events of the shop into a file that an import reads. */
export const writeJsonLines = (path: string, count: number): Promise<void> => write(path, shopLines(count));

/** The columns of the rows that {@link writeRows} writes. */
export const rowColumns = `app, channel, ${copyColumns}`;

/** Writes the same events as rows of COPY, with the ids that an import would give them. */
export const writeRows = (path: string, count: number, place: Place): Promise<void> => write(path, rows(count, place));

function* rows(count: number, place: Place): Generator<string> {
  for (const line of shopLines(count)) {
    const event = parseEvent(parseJson(Buffer.from(line)), 'The event must be a JSON object.');
    yield `${place.app}\t${place.channel}\t${copyLine(newEvent(event, place))}`;
  }
}

const write = (path: string, lines: Iterable<string>): Promise<void> =>
  pipeline(Readable.from(inPieces(lines)), createWriteStream(path));

const linesPerPiece = 1_000;

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(`${line}\n`);
    if (piece.length < linesPerPiece) continue;
    yield piece.join('');
    piece = [];
  }
  yield piece.join('');
}
