import { post, type RequestSource } from './requests';

/** `POST /events.json`: people who buy things, one event each. */
export function eventRequests(key: string): RequestSource {
  const next = events();
  return () => post(`/events.json?accessKey=${key}`, next());
}

/** `POST /batch/events.json`, each with as many events. */
export function batchRequests(key: string, size: number): RequestSource {
  const next = events();
  return () => post(`/batch/events.json?accessKey=${key}`, `[${Array.from({ length: size }, next).join(',')}]`);
}

const people = 10_000;
const things = 1_000;

function events(): () => string {
  let count = 0;
  return () => {
    count += 1;
    const who = (count * 7_919) % people;
    const what = (count * 104_729) % things;
    return (
      `{"event":"buy","entityType":"user","entityId":"u${who}","targetEntityType":"item","targetEntityId":"i${what}",` +
      `"properties":{"price":${who / 100},"quantity":${1 + (count % 3)}},"eventTime":"${new Date().toISOString()}"}`
    );
  };
}

/**
 * `GET /events.json`, round the filters.
 * @param filters parameters of a query, ASCII
 */
export function listRequests(key: string, filters: readonly string[]): RequestSource {
  let count = 0;
  return () => {
    const filter = filters[count % filters.length];
    count += 1;
    return `GET /events.json?accessKey=${key}&${filter} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
  };
}
