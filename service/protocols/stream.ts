import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { parseJson } from '../http/body-parsing';
import { asHttpError } from '../http/error-handling';
import type { ServedModel } from '../models/served-models';
import type { Predictor } from '../predictions/predictor';
import type { PredictService } from './palladium/predict-service';

export interface StreamOptions {
  /** A list of objects per line; the first may have params too. */
  readonly input: Readable;
  /** Gets the list of results per line, `[]` for a line that could not be answered. */
  readonly output: Writable;
  /** Gets a message for each such line. */
  readonly errors: Writable;
  readonly predictor: Predictor;
  /** Asked for each line, so that a new revision answers from then on. */
  readonly model: () => ServedModel;
  readonly service: PredictService;
}

/** A message quotes this much of a bad line. */
const quoted = 200;

/**
 * Answers line by line, in order; reads no further than the output takes. Resolves at the end of the input or at the
 * line `exit`.
 * @throws the error of the input or the output, for example `EPIPE`
 */
export async function streamPredictions(options: StreamOptions): Promise<void> {
  for await (const line of linesOf(options.input)) {
    if (line.trim().toLowerCase() === 'exit') return;
    await write(options.output, `${await answer(line, options)}\n`);
  }
}

async function answer(line: string, { predictor, model: current, service, errors }: StreamOptions): Promise<string> {
  const parsedAt = performance.now();
  try {
    const model = current();
    const question = service.fromSamples(parseJson(line), model);
    const { predictions } = await predictor.answer({ ...question, model, protocol: 'stream', parsedAt });
    return JSON.stringify(predictions.map(service.result));
  } catch (error) {
    const shown = line.length > quoted ? `${line.slice(0, quoted)}…` : line;
    await write(errors, `Error while processing input row: ${shown}: ${asHttpError(error).message}\n`);
    return '[]';
  }
}

/** Only a line feed ends a line: the other line separators of Unicode may stand in JSON text. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input.setEncoding('utf8')) {
    const [first = '', ...others] = (chunk as string).split('\n');
    rest += first;
    for (const next of others) {
      yield rest;
      rest = next;
    }
  }
  if (rest !== '') yield rest;
}

async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
