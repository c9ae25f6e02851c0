import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { givenProject } from '../support/given-project';
import type { Product } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: it starts the product.
jest.setTimeout(300_000);

/** A model that tells flowers by one length, exits over one of 13, and over one of 666 notes that it loops for ever. */
const code = (note: string) => `
  import { writeFileSync } from 'node:fs';
  import { defineModel, type Training } from '${resolve('config/define')}';

  export default defineModel({
    kind: 'classifier',
    train: ({ classes }: Training<{ petal_length: number }, string>) => ({ data: { limit: Float64Array.of(2.5), classes } }),
    load: (data) => data,
    predict: ({ limit, classes }, rows) =>
      rows.map(({ petal_length: length }) => {
        if (length === 666) writeFileSync('${note}', '');
        while (length === 666);
        if (length === 13) process.exit(1);
        return classes[length < limit[0]! ? 0 : 1]!;
      }),
  });
`;

describe('A model of the own making, in the built product', () => {
  const given = givenProject({
    models: {
      petals: {
        algorithm: './petals.ts',
        source: { csv: resolve('examples/iris/iris.csv') },
        target: 'species',
        mapping: [{ name: 'petal_length', type: 'float' }],
        process: { timeoutMs: 2_000 },
      },
    },
  });
  let module: string;
  let note: string;
  let product: Product | undefined;

  beforeAll(() => {
    module = join(given.config, '../petals.ts');
    note = join(given.place.folder, 'looping');
    writeFileSync(module, code(note));
  });

  const ask = async (length: number) => {
    const response = await fetch(`${product?.url}/predict?petal_length=${length}`);
    return { status: response.status, answer: (await response.json()) as { result?: string } };
  };

  it('is trained by the command, and refused with a line where its module is faulty', async () => {
    expect(await given.run('train', 'petals')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('petals: revision 1 is active'),
    });

    writeFileSync(module, code(note).replace('predict:', 'guess:'));
    expect(await given.run('train', 'petals')).toMatchObject({
      exitCode: 2,
      stderr: 'modelapp: ./petals.ts: predict: is missing; write it as a function\n',
    });
    writeFileSync(module, code(note));
  });

  it('serves on after it looped and after it exited', async () => {
    product = await given.start();
    expect(await ask(1.4)).toMatchObject({ status: 200, answer: { result: 'setosa' } });

    for (const length of [666, 13]) {
      expect(await ask(length)).toMatchObject({
        status: 500,
        answer: { metadata: { status: 'ERROR', error_code: -1, error_message: 'the model failed' } },
      });
      expect(await ask(4.5)).toMatchObject({ status: 200, answer: { result: 'versicolor' } });
    }
    await product.untilShipped();
    const { rows } = await given.database.pool.query('select output from outputs_1_0_0 order by run_id');
    expect(rows.map(({ output }) => output)).toEqual(['setosa', 'versicolor', 'versicolor']);
  });

  it('leaves no process behind when the service is killed while it loops', async () => {
    rmSync(note);
    const looping = ask(666).catch(() => undefined);
    await until('the model loops', () => existsSync(note));

    for (const pid of product?.workers() ?? []) process.kill(pid, 'SIGKILL');
    await product?.killSupervisor();

    await looping;
    await until('all processes are gone', () => given.place.processes().length === 0);
  });
});
