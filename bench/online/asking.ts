import { Connection } from '../load/connection';
import { post } from '../load/requests';
import { users } from './requests';

/** What came of many predictions for users who were never observed, so that a revision alone says what they are. */
export interface Asked {
  /** Answered otherwise than with 200, or not at all. */
  readonly failed: number;
  /** Answered with another score than the first that the revision gave for the item. */
  readonly mixed: number;
  /** How many revisions answered. */
  readonly revisions: number;
  readonly seconds: number;
}

export interface Asking {
  readonly port: number;
  readonly requests: number;
  readonly connections: number;
}

/** Few, so that each revision soon has a score for each. */
const items = 100;

const revisionOf = /\r\nx-modelapp-revision: (\d+)\r\n/i;

/** Sends predictions without a pause, each connection its next one when the last is answered. */
export async function askAll({ port, requests, connections }: Asking): Promise<Asked> {
  let [sent, failed, mixed] = [0, 0, 0];
  const scores = new Map<string, string[]>();
  const startedAt = performance.now();

  const check = (answer: Buffer, item: number) => {
    const text = answer.toString('latin1');
    const revision = revisionOf.exec(text)?.[1] ?? '';
    const score = text.slice(text.indexOf('\r\n\r\n') + 4);
    const known = scores.get(revision) ?? [];
    scores.set(revision, known);
    known[item] ??= score;
    if (known[item] !== score) mixed += 1;
  };

  /** Asks until all requests are sent or the connection breaks. */
  const askOn = () =>
    new Promise<void>((resolve, reject) => {
      let item = 0;
      const next = (connection: Connection) => {
        if (sent === requests) {
          connection.close();
          resolve();
          return;
        }
        item = sent % items;
        sent += 1;
        connection.send(post('/predict/films', `{"uid":${users + item},"context":${item}}`));
      };
      const onAnswer = (connection: Connection, answer: Buffer) => {
        check(answer, item);
        next(connection);
      };
      const onFault = () => {
        failed += 1;
        resolve();
      };
      Connection.open(port, onAnswer, onFault).then(next, reject);
    });

  const client = async () => {
    while (sent < requests) await askOn();
  };
  await Promise.all(Array.from({ length: connections }, client));
  return { failed, mixed, revisions: scores.size, seconds: (performance.now() - startedAt) / 1000 };
}
