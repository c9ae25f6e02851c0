import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command';
import { givenProject } from '../support/given-project';

// Generous, as for all tests: it starts the product.
jest.setTimeout(300_000);

const large = String(2n ** 64n - 1n);

/** One sample in the form of each protocol, and how its answer tells the probability of a click, or the label. */
const requests: readonly (readonly [
  protocol: string,
  path: string,
  body: object | undefined,
  told: (answer: never) => number,
])[] = [
  [
    'ml-aws',
    '/run/',
    { id: 'a', request_time: '2024-05-06 07:08:09', inputs: { features: { '3': 1, [large]: 1 } } },
    ({ probabilities }: { probabilities: Record<string, number> }) => probabilities['1']!,
  ],
  ['palladium', `/predict?features=3:1+${large}:1`, undefined, ({ result }: { result: number[] }) => result[1]!],
  [
    'oip',
    '/v2/models/ctr/infer',
    {
      inputs: [
        { name: 'features.keys', shape: [2], datatype: 'UINT64', data: [3, large] },
        { name: 'features.offsets', shape: [2], datatype: 'INT64', data: [0, 2] },
      ],
    },
    ({ outputs }: { outputs: { data: number[] }[] }) => outputs[1]!.data[1]!,
  ],
  [
    'invocations',
    '/invocations',
    { instances: [{ features: ['3', large] }] },
    ({ predictions }: { predictions: number[] }) => predictions[0]!,
  ],
];

describe('A model that a dmlc configuration trains', () => {
  const given = givenProject({
    models: {
      ctr: { algorithm: 'sparse-linear', conf: 'data/ctr.conf', mapping: [{ name: 'features', type: 'sparse' }] },
    },
    palladium: { services: [{ predictProba: true }] },
  });

  it('is trained by the command, served through every protocol, and logged', async () => {
    // GIVEN made-up clicks, and a configuration that names them
    const sample = ['sample', 'ctr', '--lines', '20000', '--keys', '1000', '--out', join(given.config, '../data')];
    expect(await runCommand({ place: given.place, args: sample })).toMatchObject({ exitCode: 0 });

    // WHEN it is trained
    expect(await given.run('train', 'ctr')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('ctr: revision 1 is active'),
    });

    // AND served
    const product = await given.start();
    const told: number[] = [];
    for (const [, path, body, tell] of requests) {
      const response = await fetch(`${product.url}${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const answer = await response.json();
      expect({ path, status: response.status, answer }).toMatchObject({ status: 200 });
      expect(response.headers.get('x-modelapp-revision')).toBe('1');
      told.push(tell(answer as never));
    }

    // THEN all protocols answer the same
    const [first = 0] = told;
    const label = first > 0.5 ? 1 : -1;
    expect(first).not.toBe(0.5);
    expect(told).toEqual([first, first, first, label]);

    // AND each answer has its rows
    await product.untilShipped();
    const { rows } = await given.database.pool.query(
      `select i.protocol, i.features, o.output, o.revision from inputs_1_0_0 i join outputs_1_0_0 o using (run_id)
       where i.model = 'ctr' order by run_id`,
    );
    const features = { features: { '3': 1, [large]: 1 } };
    expect(rows).toEqual([
      { protocol: 'ml-aws', features, output: String(label), revision: 1 },
      { protocol: 'palladium', features, output: expect.stringContaining(`,${first}]`), revision: 1 },
      { protocol: 'oip', features, output: String(label), revision: 1 },
      { protocol: 'invocations', features, output: String(label), revision: 1 },
    ]);
  });

  it('takes the text files of a larger job in the place of what it trained', async () => {
    const file = join(given.place.folder, 'model_S0');
    writeFileSync(file, `3\t-2\n${large}\t-1\n`);

    expect(await given.run('models', 'import', 'ctr', file)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/2 .* import .* auc 0\.\d+ .* active\n$/),
    });
  });
});
