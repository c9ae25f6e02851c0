import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import shipped from '../../../modelapp.config';
import { givenProject } from '../support/given-project';
import { type Product, stablePort } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

const key = 'key-of-the-garden';

/** A `$set` for each flower of the shipped file, with its species or with another. */
function flowers(speciesOf: (species: string) => string): object[] {
  const csv = resolve(__dirname, '../../../examples/iris/iris.csv');
  const rows = parse(readFileSync(csv), { columns: true }) as { readonly species: string }[];
  return rows.map((row, n) => ({
    event: '$set',
    entityType: 'flower',
    entityId: String(n).padStart(3, '0'),
    properties: { ...row, species: speciesOf(row.species) },
  }));
}

describe('A model that learns from events', () => {
  const iris = { ...shipped.models.iris, source: { events: 'garden', entityType: 'flower' } };
  const given = givenProject({ models: { iris } } as Parameters<typeof givenProject>[0]);

  /** What `start` refuses to start for, in one line. */
  async function refusal(): Promise<string> {
    const { stderr, exitCode } = await given.run('start', '--port', '0', '--events-port', '0', '--processes', '1');
    expect(exitCode).toBe(3);
    return stderr;
  }

  it('is told what to do until there are events, then trained at the start, by /fit and by the command', async () => {
    // GIVEN neither app nor events
    expect(await refusal()).toBe(
      "modelapp: flower entities of app 'garden': there is no such app; make it with: modelapp app new garden\n",
    );
    expect(await given.run('app', 'new', 'garden', '--access-key', key)).toMatchObject({ exitCode: 0 });
    expect(await refusal()).toMatch(/^modelapp: flower entities of app 'garden': there are none; send .*\n$/);

    // WHEN the flowers are imported
    const file = join(given.place.folder, 'flowers.json');
    writeFileSync(
      file,
      flowers((species) => species)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    );
    expect(await given.run('import', '--appid', '1', '--input', file)).toMatchObject({ exitCode: 0 });

    // THEN the start trains
    const product = await given.start({ eventsPort: await stablePort() });
    expect(product.command.stdout).toMatch(
      /Training iris on flower entities of app 'garden'\niris: revision 1, accuracy 0\.9\d+ on training rows/,
    );
    expect(await predict(product)).toBe('setosa');

    // WHEN other species arrive over HTTP
    await post(
      product,
      flowers((species) => `not ${species}`),
    );
    const job = await trainByFit(product);

    // THEN /fit learns them, in a process of its own
    expect(job).toMatchObject({ status: 'finished', revision: 2 });
    await until('the new revision serves', async () => (await predict(product)) === 'not setosa');

    // AND so does the command beside the service that runs
    await post(
      product,
      flowers((species) => species),
    );
    expect((await given.run('train', 'iris')).stdout).toContain('iris: revision 3 is active\n');
    await until('the newest revision serves', async () => (await predict(product)) === 'setosa');

    // AND a training whose app is gone tells so in its job
    expect(await given.run('app', 'delete', '-f', 'garden')).toMatchObject({ exitCode: 0 });
    expect(await trainByFit(product)).toMatchObject({
      status: 'error',
      error: "flower entities of app 'garden': there is no such app; make it with: modelapp app new garden",
    });
    await product.stop();
  });
});

async function predict(product: Product): Promise<string> {
  const response = await fetch(
    `${product.url}/predict?sepal_length=5.1&sepal_width=3.5&petal_length=1.4&petal_width=0.2`,
  );
  return ((await response.json()) as { result: string }).result;
}

async function post(product: Product, events: readonly object[]): Promise<void> {
  for (let n = 0; n < events.length; n += 50) {
    const response = await fetch(`${product.eventsUrl}/batch/events.json?accessKey=${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events.slice(n, n + 50)),
    });
    expect(response.status).toBe(200);
  }
}

/** Asks for a training and waits for its end. */
async function trainByFit(product: Product): Promise<unknown> {
  const { job_id } = (await (await fetch(`${product.url}/fit`, { method: 'POST' })).json()) as { job_id: string };
  let job = { status: '' };
  await until('the training is over', async () => {
    job = (await (await fetch(`${product.url}/jobs/${job_id}`)).json()) as typeof job;
    return !['queued', 'running'].includes(job.status);
  });
  return job;
}
