import type { Charge, UsageCharge } from './charge';
import { isFree } from './free-resources';
import { hoursPerMonth, type PriceList, pricesOf, type RegionPrices } from './prices';
import { pricings } from './pricings';
import type { Template } from './template';

/** A part of the estimate, and the resource that it comes from. */
interface Origin {
  readonly stack: string;
  readonly logicalId: string;
  /** Type of the resource, such as `AWS::RDS::DBInstance`. */
  readonly type: string;
}

/** What one resource costs in a month, whatever is done with it. */
export interface CostItem extends Origin, Omit<Charge, 'unitPrice'> {
  readonly unitPrice: number;
  /** A month, in the currency of the prices, rounded to cents. */
  readonly amount: number;
}

/** What one resource costs beside that, by how much it is used; not in any sum. */
export interface UsageItem extends Origin, UsageCharge {}

/** A resource, or a part of one, whose price is not known; not in any sum. */
export interface UnpricedItem extends Origin {
  readonly what: string;
}

export interface StackEstimate {
  readonly stack: string;
  readonly items: readonly CostItem[];
  readonly sum: number;
}

/** What stacks cost in a month at their least size. */
export interface Estimate {
  readonly region: string;
  /** Day of the prices, `YYYY-MM-DD`. */
  readonly date: string;
  readonly currency: string;
  readonly hoursPerMonth: number;
  readonly stacks: readonly StackEstimate[];
  /** Sum of the stacks. */
  readonly total: number;
  readonly usage: readonly UsageItem[];
  readonly unpriced: readonly UnpricedItem[];
}

/**
 * Estimates what stacks cost in a month: on demand, at the least size, before free tiers, discounts and taxes.
 * @param templates by name of the stack
 * @throws {UnknownRegionError}
 */
export function estimateCost(templates: Readonly<Record<string, Template>>, list: PriceList, region: string): Estimate {
  const prices = pricesOf(list, region);
  const parts = Object.entries(templates).map(([stack, template]) => priceStack(stack, template, prices));
  const stacks = parts.map(({ stack, items, sum }) => ({ stack, items, sum }));
  return {
    region,
    date: list.date,
    currency: list.currency,
    hoursPerMonth,
    stacks,
    total: sumOf(stacks.map(({ sum }) => sum)),
    usage: parts.flatMap(({ usage }) => usage),
    unpriced: parts.flatMap(({ unpriced }) => unpriced),
  };
}

type StackPrices = StackEstimate & Pick<Estimate, 'usage' | 'unpriced'>;

function priceStack(stack: string, template: Template, prices: RegionPrices): StackPrices {
  const items: CostItem[] = [];
  const usage: UsageItem[] = [];
  const unpriced: UnpricedItem[] = [];
  for (const [logicalId, { Type: type, Properties: properties = {} }] of Object.entries(template.Resources ?? {})) {
    const origin: Origin = { stack, logicalId, type };
    const pricing = pricings[type];
    if (!pricing && !isFree(type)) unpriced.push({ ...origin, what: type });
    const resource = { properties, template, prices };
    for (const charge of pricing?.monthly?.(resource) ?? []) {
      const amount = amountOf(charge);
      if (amount === undefined) unpriced.push({ ...origin, what: charge.what });
      else if (amount > 0) items.push({ ...origin, ...charge, unitPrice: charge.unitPrice!, amount });
    }
    for (const charge of pricing?.usage?.(resource) ?? []) usage.push({ ...origin, ...charge });
  }
  return { stack, items, sum: sumOf(items.map(({ amount }) => amount)), usage, unpriced };
}

/** Rounded one by one, so that what is shown adds up. Undefined where a template says the quantity by a parameter, too. */
function amountOf({ quantity, unitPrice }: Charge): number | undefined {
  return unitPrice === undefined || !Number.isFinite(quantity) ? undefined : toCents(quantity * unitPrice);
}

const toCents = (amount: number): number => Math.round(amount * 100) / 100;

const sumOf = (amounts: readonly number[]): number => toCents(amounts.reduce((sum, amount) => sum + amount, 0));
