import { estimateCost } from '../../../lib/cost/estimate';
import { freeResources } from '../../../lib/cost/free-resources';
import { priceList } from '../../../lib/cost/prices';
import { pricings } from '../../../lib/cost/pricings';
import type { Template } from '../../../lib/cost/template';
import { type SynthesisOptions, synthesize } from '../support/synthesis';

const everything: SynthesisOptions = {
  otherVersions: ['1.1.0'],
  events: true,
  training: true,
  split: '1.1.0:90,1.2.0:10',
  config: {
    schedules: [{ name: 'nightly', schedule: 'rate(1 day)', conf: 's3://clicks/ctr.conf' }],
    aws: {
      flowLogs: true,
      multiAz: true,
      deletionProtection: false,
      certificateArn: 'arn:aws:acm:eu-central-1:111111111111:certificate/1',
      secrets: { TOKEN: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:token-AbCdEf' },
    },
  },
};

const configurations: [string, SynthesisOptions][] = [
  ['the defaults', {}],
  ['every option', everything],
];

function templates(options: SynthesisOptions): Record<string, Template> {
  const { stacks, template } = synthesize(options);
  return Object.fromEntries(Object.keys(stacks).map((name) => [name, template(name).toJSON()]));
}

test.each(configurations)('with %s, every resource of every stack is priced, used or free', (_, options) => {
  const all = templates(options);

  for (const region of Object.keys(priceList.regions)) {
    expect(estimateCost(all, priceList, region).unpriced).toEqual([]);
  }
});

test('no type is both billed and free', () => {
  expect(Object.keys(pricings).filter((type) => freeResources.has(type))).toEqual([]);
});

test('every stack of a version costs the same', () => {
  const { stacks } = estimateCost(templates(everything), priceList, 'eu-central-1');

  const sum = (name: string) => stacks.find(({ stack }) => stack === name)?.sum;
  expect(sum('ModelApp-1-1-0')).toBeGreaterThan(0);
  expect(sum('ModelApp-1-1-0')).toBe(sum('ModelApp-1-2-0'));
});

test('a standby makes the base stack dearer by its instance and its storage', () => {
  const sum = (multiAz: boolean) =>
    estimateCost(templates({ config: { aws: { multiAz } } }), priceList, 'us-east-1').stacks[0]!.sum;
  const { databaseHour, databaseStorageGbMonth } = priceList.regions['us-east-1']!;

  const standby = 730 * databaseHour.t4g!.small! + 20 * databaseStorageGbMonth;

  expect(sum(true) - sum(false)).toBeCloseTo(standby, 2);
});
