import type { CostItem, Estimate } from '../../lib/cost/estimate';
import { ageInDays, freshDays } from '../../lib/cost/prices';
import { table } from '../output';

const largestShown = 3;

/** An estimate by resource, with a sum for each stack, the total, and what is not in it. */
export function report(estimate: Estimate): string {
  const { stacks, total, currency, unpriced } = estimate;
  const unpricedRows = unpriced.map(({ what, stack, logicalId }) => [what, `${stack}/${logicalId}`]);
  return [
    conditions(estimate),
    ...stacks.map(({ stack, items, sum }) => section(`${stack}: ${money(sum)}`, itemRows(items))),
    `Total: ${money(total)} ${currency} a month`,
    section('Not in the total, as it depends on use:', usageRows(estimate)),
    ...(unpriced.length === 0
      ? []
      : [section('Not in the total, as lib/prices.json has no price for it:', unpricedRows)]),
    'Free tiers are not deducted: of an account, 10 alarm metrics and 3 dashboards are free every month.',
  ].join('\n\n');
}

/** An estimate in a few lines: the total, its largest items, and the day of the prices. */
export function shortReport(estimate: Estimate): string {
  const { stacks, total, currency, unpriced } = estimate;
  const names = stacks.map(({ stack }) => stack).join(', ');
  const largest = stacks
    .flatMap(({ items }) => items)
    .sort((a, b) => b.amount - a.amount)
    .slice(0, largestShown)
    .map(({ what, amount }) => [what, money(amount)]);
  const missing = unpriced.length === 0 ? '' : `, without ${unpriced.map(({ what }) => what).join(', ')}`;
  return [
    section(`${names}: ${money(total)} ${currency} a month${missing}; the largest parts:`, aligned(largest)),
    conditions(estimate),
  ].join('\n');
}

/** What to say of prices that may have changed; undefined while they are fresh. */
export function ageWarning(prices: { readonly date: string }, now: Date): string | undefined {
  const days = ageInDays(prices, now);
  if (days <= freshDays) return undefined;
  return `The prices of ${prices.date} are ${days} days old: compare lib/prices.json with https://aws.amazon.com/pricing/`;
}

const conditions = ({ region, currency, date, hoursPerMonth }: Estimate): string =>
  `Prices in ${currency} for ${region} of ${date}: on demand, ${hoursPerMonth} hours a month, least size, before taxes.`;

/** A heading, and a table below it if there are rows. */
const section = (heading: string, rows: readonly (readonly string[])[]): string =>
  [heading, ...(rows.length === 0 ? [] : indented(table(rows)))].join('\n');

const indented = (text: string): string[] => text.split('\n').map((line) => `  ${line}`);

function itemRows(items: readonly CostItem[]): string[][] {
  const amounts = aligned(items.map(({ amount }) => [money(amount)]));
  return items.map(({ what, quantity, unit, unitPrice, logicalId }, row) => [
    what,
    `${quantity} ${unit}`,
    `× ${unitPrice}`,
    `= ${amounts[row]![0]}`,
    logicalId,
  ]);
}

/** One row for each kind of use, with the stacks that have it unless all do. */
function usageRows({ usage, stacks }: Estimate): string[][] {
  const users = new Map<string, Set<string>>();
  for (const { what, unit, unitPrice, stack } of usage) {
    const kind = JSON.stringify([what, `${unitPrice} per ${unit}`]);
    users.set(kind, (users.get(kind) ?? new Set()).add(stack));
  }
  return [...users].map(([kind, names]) => [
    ...(JSON.parse(kind) as string[]),
    names.size === stacks.length ? '' : [...names].join(', '),
  ]);
}

/** Pads the last column at its left, as amounts stand. */
function aligned(rows: readonly (readonly string[])[]): string[][] {
  const width = Math.max(0, ...rows.map((row) => row.at(-1)!.length));
  return rows.map((row) => [...row.slice(0, -1), row.at(-1)!.padStart(width)]);
}

const money = (amount: number): string => amount.toFixed(2);
