import type { Charge, UsageCharge } from './charge';
import { isFree } from './free-resources';
import { hoursPerMonth, type PriceList, pricesOf, type RegionPrices } from './prices';
import { pricings } from './pricings';
import type { Template, TemplateResource } from './template';

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
  const parts = Object.entries(templates).map(([stack, template]) => new StackPricing(stack, template, prices));
  const stacks = parts.map((part) => part.estimate());
  return {
    region,
    date: list.date,
    currency: list.currency,
    hoursPerMonth,
    stacks,
    total: inCents(stacks.map(({ sum }) => sum)),
    usage: parts.flatMap((part) => part.usage),
    unpriced: parts.flatMap((part) => part.unpriced),
  };
}

/** The resources of one template, sorted by how they are billed. */
class StackPricing {
  readonly items: CostItem[] = [];
  readonly usage: UsageItem[] = [];
  readonly unpriced: UnpricedItem[] = [];

  constructor(
    private readonly stack: string,
    private readonly template: Template,
    private readonly prices: RegionPrices,
  ) {
    for (const [logicalId, resource] of Object.entries(template.Resources ?? {})) this.add(logicalId, resource);
  }

  estimate(): StackEstimate {
    return { stack: this.stack, items: this.items, sum: inCents(this.items.map(({ amount }) => amount)) };
  }

  private add(logicalId: string, { Type: type, Properties: properties = {} }: TemplateResource): void {
    const origin: Origin = { stack: this.stack, logicalId, type };
    const pricing = pricings[type];
    if (!pricing) {
      if (!isFree(type)) this.unpriced.push({ ...origin, what: type });
      return;
    }
    const resource = { properties, template: this.template, prices: this.prices };
    for (const charge of pricing.monthly?.(resource) ?? []) this.addCharge(origin, charge);
    for (const charge of pricing.usage?.(this.prices, resource) ?? []) this.usage.push({ ...origin, ...charge });
  }

  private addCharge(origin: Origin, { unitPrice, ...charge }: Charge): void {
    // A quantity that is not a number stems from a template that says it by a parameter.
    if (unitPrice === undefined || !Number.isFinite(charge.quantity)) {
      this.unpriced.push({ ...origin, what: charge.what });
    } else if (charge.quantity > 0) {
      this.items.push({ ...origin, ...charge, unitPrice, amount: toCents(charge.quantity * unitPrice) });
    }
  }
}

/** Amounts are rounded one by one, so that what is shown adds up. */
const toCents = (amount: number): number => Math.round(amount * 100) / 100;

const inCents = (amounts: readonly number[]): number => toCents(amounts.reduce((sum, amount) => sum + amount, 0));
