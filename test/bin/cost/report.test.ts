import { ageWarning, report, shortReport } from '../../../bin/cost/report';
import { estimateCost } from '../../../lib/cost/estimate';
import type { Template } from '../../../lib/cost/template';
import { region, testPriceList } from '../../lib/cost/price-list';

const of = (templates: Record<string, Template>) => estimateCost(templates, testPriceList, region);

const base: Template = {
  Resources: {
    Database: {
      Type: 'AWS::RDS::DBInstance',
      Properties: { Engine: 'postgres', DBInstanceClass: 'db.m6i.large', AllocatedStorage: '20', StorageType: 'gp3' },
    },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
  },
};
const version: Template = {
  Resources: {
    Board: { Type: 'AWS::CloudWatch::Dashboard' },
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Odd: { Type: 'AWS::Braket::Quantum' },
  },
};

test('the report shows each resource, the sum of each stack, the total, and what is not in it', () => {
  expect(report(of({ 'ModelApp-Base': base, 'ModelApp-1-2-0': version }))).toBe(
    `
Prices in USD for test-1 of 2026-01-31: on demand, 730 hours a month, least size, before taxes.

ModelApp-Base: 148.50
  RDS instance db.m6i.large  730 h           × 0.2   = 146.00  Database
  RDS storage gp3            20 GB-month     × 0.12  =   2.40  Database
  CloudWatch alarm           1 metric-month  × 0.1   =   0.10  Alarm

ModelApp-1-2-0: 3.00
  CloudWatch dashboard  1 month  × 3  = 3.00  Board

Total: 151.50 USD a month

Not in the total, as it depends on use:
  objects in S3  0.02 per GB-month  ModelApp-Base
  logs written   0.5 per GB         ModelApp-1-2-0
  logs kept      0.03 per GB-month  ModelApp-1-2-0

Not in the total, as lib/prices.json has no price for it:
  AWS::Braket::Quantum  ModelApp-1-2-0/Odd

Free tiers are not deducted: of an account, 10 alarm metrics and 3 dashboards are free every month.`.trimStart(),
  );
});

test('use that all stacks have is not told by stack', () => {
  const logs: Template = { Resources: { Logs: { Type: 'AWS::Logs::LogGroup' } } };

  expect(report(of({ A: logs, B: logs }))).toContain('  logs written  0.5 per GB\n  logs kept     0.03 per GB-month\n');
});

test('the short form shows the total and its three largest parts', () => {
  expect(shortReport(of({ 'ModelApp-Base': base }))).toBe(
    `
ModelApp-Base: 148.50 USD a month; the largest parts:
  RDS instance db.m6i.large  146.00
  RDS storage gp3              2.40
  CloudWatch alarm             0.10
Prices in USD for test-1 of 2026-01-31: on demand, 730 hours a month, least size, before taxes.`.trimStart(),
  );
});

test('the short form tells what it has no price for', () => {
  expect(shortReport(of({ 'ModelApp-1-2-0': version }))).toContain(
    'ModelApp-1-2-0: 3.00 USD a month, without AWS::Braket::Quantum; the largest parts:\n',
  );
});

test('prices are warned of from the 181st day on', () => {
  const warning = (now: string) => ageWarning({ date: '2026-01-01' }, new Date(now));

  expect(warning('2026-06-30T23:00:00Z')).toBeUndefined();
  expect(warning('2026-07-01T00:00:00Z')).toBe(
    'The prices of 2026-01-01 are 181 days old: compare lib/prices.json with https://aws.amazon.com/pricing/',
  );
});
