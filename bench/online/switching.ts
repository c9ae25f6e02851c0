import { send } from '../load/load';
import { amount, type Lines, requestsWanted } from '../options';
import { inScratch, type Scratch } from '../system/scratch';
import { whole } from '../table';
import { askAll } from './asking';
import { type FilmService, startFilms } from './film-service';
import { lines } from './lines';
import { observeRequests } from './requests';

/*
 * What clients notice while a model is trained anew, imported, activated and rolled back again and again: requests that
 * fail, and answers that no single revision gives.
 */

const requests = requestsWanted ?? amount(1_000_000, 2_000);
const connections = amount(16, 4);
const processes = 2;

export const measureSwitching = (): Promise<Lines> =>
  inScratch(async (scratch: Scratch) => {
    const { service } = await startFilms(scratch, { processes });
    const observing = { port: service.port, nextRequest: observeRequests(), connections: 4 };
    await send({ ...observing, rate: 1_000, seconds: amount(3, 1) });
    // Its file takes a while to make, and there it is.
    await service.publish(2);
    let isOver = false;
    const switches = switchOften(service, () => isOver);
    const { failed, mixed, revisions, seconds } = await askAll({ port: service.port, requests, connections });
    isOver = true;
    const while_ = `${whole(requests)} predictions at ${whole(requests / seconds)}/s, ${await switches} switches, ${revisions} revisions`;
    return lines([
      { what: `${while_}: failed requests`, goal: '0', measured: whole(failed) },
      { what: 'the same: answers that are not of the revision they name', goal: '0', measured: whole(mixed) },
    ]);
  });

/** Retrains and switches until it is over, at least once. @returns how often another revision became the active one */
async function switchOften(service: FilmService, isOver: () => boolean): Promise<number> {
  let switches = 0;
  do {
    await service.call('/retrain/films');
    await service.call('/models/films/rollback');
    await service.publish(1);
    await service.call('/models/films/rollback');
    switches += 4;
  } while (!isOver());
  return switches;
}
