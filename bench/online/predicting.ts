import { send } from '../load/load';
import { amount, type Lines } from '../options';
import { startBareFastify } from '../servers/start-bare-fastify';
import { inScratch, type Scratch } from '../system/scratch';
import { pinThisProcess } from '../system/server-process';
import { median, whole } from '../table';
import { startFilms } from './film-service';
import { lines } from './lines';
import { predictRequests } from './requests';

/*
 * How much a prediction costs more than a route of bare Fastify with the same schema. The server has a core to itself;
 * PostgreSQL and the clients share the other one.
 */

const serverCore = 0;
const otherCore = 1;
const connections = 16;
const warmUpSeconds = amount(5, 0.5);
const rounds = amount(5, 1);
const roundSeconds = amount(8, 0.5);

export const measurePredicting = (): Promise<Lines> =>
  inScratch(async (scratch: Scratch) => {
    pinThisProcess(otherCore);
    const { database, service } = await startFilms(scratch, { processes: 1, core: serverCore });
    const bare = scratch.stopAtEnd(await startBareFastify(serverCore));
    const nextRequest = predictRequests();
    let answered = 0;
    const ask = async (port: number, seconds: number) => {
      const result = await send({ port, nextRequest, seconds, connections });
      if (port === service.port) {
        answered += result.answered;
        await database.checkRecorded(answered);
      }
      return result.answered / result.seconds;
    };
    const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
    for (const port of [bare.port, service.port]) await ask(port, warmUpSeconds);
    for (let round = 0; round < rounds; round += 1) {
      rates.bare.push(await ask(bare.port, roundSeconds));
      rates.ours.push(await ask(service.port, roundSeconds));
    }
    const [ours, baseline] = [median(rates.ours), median(rates.bare)];
    return lines([
      {
        what: `POST /predict, ${connections} connections, one core`,
        goal: '0.7 of bare',
        measured: `${whole(ours)}/s`,
        baseline: { what: `bare Fastify: ${whole(baseline)}/s`, ratio: ours / baseline },
      },
    ]);
  });
