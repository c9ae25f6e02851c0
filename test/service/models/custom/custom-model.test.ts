import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import shippedConfig from '../../../../modelapp.config';
import { startTestService, type TestService } from '../../../support/service';

jest.setTimeout(120_000);

/** A model that does what its row says, in predict. */
const obedient = `
  import { defineModel, PredictError } from '${resolve('config/define')}';

  const behaviours: Record<string, () => unknown> = {
    answer: () => ['yes'],
    later: async () => ['no'],
    throw: () => { throw new Error('the secret of the model'); },
    throwNothing: () => { throw undefined; },
    reject: () => Promise.reject(new Error('rejected')),
    predictError: () => { throw new PredictError('the mode is worn out', 7); },
    few: () => [],
    none: () => undefined,
    unknownClass: () => ['perhaps'],
    noClass: () => [Number.NaN],
    fewProbabilities: () => [{ output: 'yes', probabilities: [1] }],
    infinite: () => [{ output: 'yes', probabilities: [Number.NaN, Infinity] }],
    unsendable: () => [() => 'yes'],
    never: () => new Promise(() => {}),
    loop: () => { for (;;); },
    loopLater: async () => { await null; for (;;); },
    exit: () => process.exit(0),
    abort: () => process.abort(),
    disconnect: () => { process.disconnect?.(); return ['yes']; },
    unhandled: () => { Promise.reject(new Error('unhandled')); return new Promise(() => {}); },
    timer: () => { setTimeout(() => { throw new Error('in a timer'); }, 1); return new Promise(() => {}); },
    heap: () => { const all: unknown[] = []; for (;;) all.push(new Array(1e4).fill('x').join('')); },
    buffers: () => { const all: unknown[] = []; for (;;) all.push(Buffer.alloc(2 ** 20, 1)); },
  };

  export default defineModel({
    kind: 'classifier',
    train: () => ({ data: { trained: true } }),
    load: (data: { trained: boolean }) => data,
    predict: (_model, rows) =>
      // More than one row comes from the training alone, which scores.
      rows.length === 1 ? (behaviours[String(rows[0]?.mode)]?.() as string[]) : rows.map(() => 'yes'),
  });
`;

/** Processes that run a model, of this process. */
const modelProcesses = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('max-old-space')
          ? [Number(pid)]
          : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });

describe('A model of the own making', () => {
  const directory = mkdtempSync(join(tmpdir(), 'modelapp-custom-'));
  let service: TestService;

  beforeAll(async () => {
    writeFileSync(join(directory, 'obedient.ts'), obedient);
    writeFileSync(join(directory, 'modes.csv'), `mode,answer\n${'answer,yes\nlater,no\n'.repeat(5)}`);
    writeFileSync(join(directory, 'iris.csv'), readFileSync('examples/iris/iris.csv'));
    service = await startTestService({
      directory,
      config: {
        models: {
          obedient: {
            algorithm: './obedient.ts',
            source: { csv: 'modes.csv' },
            target: 'answer',
            mapping: [{ name: 'mode', type: 'str' }],
            process: { timeoutMs: 400, memoryMiB: 192 },
          },
          iris: { ...shippedConfig.models.iris, source: { csv: 'iris.csv' } } as never,
        },
        mlAws: { model: 'obedient' },
        palladium: { services: [{ entryPoint: '/obedient', model: 'obedient' }, { model: 'iris' }] },
      },
    });
  });
  afterAll(async () => {
    await service.stop();
    rmSync(directory, { recursive: true });
  });

  const ask = async (mode: string) => {
    const response = await fetch(`${service.url}/obedient?mode=${mode}`);
    const { result, metadata } = (await response.json()) as { result?: unknown; metadata: Record<string, unknown> };
    return { status: response.status, result, code: metadata.error_code, message: metadata.error_message };
  };
  const failed = { status: 500, result: undefined, code: -1, message: 'the model failed' };

  it('answers, at once or later', async () => {
    expect(await Promise.all([ask('answer'), ask('later'), ask('answer')])).toMatchObject([
      { status: 200, result: 'yes' },
      { status: 200, result: 'no' },
      { status: 200, result: 'yes' },
    ]);
  });

  it('may fail on purpose, with a message and a code for the caller', async () => {
    expect(await ask('predictError')).toEqual({ ...failed, code: 7, message: 'the mode is worn out' });
  });

  it.each([
    'throw',
    'throwNothing',
    'reject',
    'few',
    'none',
    'unknownClass',
    'noClass',
    'fewProbabilities',
    'unsendable',
    'never',
    'loop',
    'loopLater',
    'exit',
    'abort',
    'disconnect',
    'unhandled',
    'timer',
    'heap',
    'buffers',
  ])('fails that request alone, and tells nothing of itself, when its predict does this: %s', async (mode) => {
    // WHEN the model misbehaves
    const misbehaving = ask(mode);

    // THEN other models serve on meanwhile
    const iris = `${service.url}/predict?sepal_length=5.1&sepal_width=3.5&petal_length=1.4&petal_width=0.2`;
    expect(await (await fetch(iris)).json()).toMatchObject({ result: 'setosa' });

    // AND the request gets its answer, and so does the next one
    expect(await misbehaving).toEqual(mode === 'disconnect' ? expect.anything() : failed);
    expect(await ask('answer')).toMatchObject({ status: 200, result: 'yes' });
  });

  it('answers probabilities that are not finite as null', async () => {
    const response = await fetch(`${service.url}/run/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'a', request_time: '2024-05-06 07:08:09', inputs: { mode: 'infinite' } }),
    });

    expect(await response.json()).toMatchObject({ output: 'yes', probabilities: { no: null, yes: null } });
  });

  it('is asked about all that comes in one turn at once, one after the other', async () => {
    const modes = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 'answer' : 'later'));

    const answers = await Promise.all(modes.map(ask));

    expect(answers.map(({ result }) => result)).toEqual(modes.map((mode) => (mode === 'answer' ? 'yes' : 'no')));
  });

  it('has one process, whichever revisions are in memory, and none once the service has stopped', async () => {
    await service.train('obedient');
    await service.train('obedient');
    await ask('answer');

    let running = modelProcesses();
    for (let attempt = 0; running.length !== 1 && attempt < 500; attempt++) {
      await sleep(20);
      running = modelProcesses();
    }
    expect(running).toHaveLength(1);
    expect(existsSync(`/proc/${running[0]}`)).toBe(true);
  });
});
