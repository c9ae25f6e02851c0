import type { RegionPrices } from './prices';
import type { Properties, Template } from './template';

/** What a resource costs every month, whatever is done with it. */
export interface Charge {
  /** What is paid for, such as `EC2 instance t3.small`. */
  readonly what: string;
  readonly quantity: number;
  /** The unit of the quantity, such as `h` or `GB-month`. */
  readonly unit: string;
  /** Undefined if the price list holds no price for it. */
  readonly unitPrice: number | undefined;
}

/** What a resource costs beside that, by how much it is used. */
export interface UsageCharge {
  readonly what: string;
  readonly unit: string;
  readonly unitPrice: number;
}

/** A resource of a template, and what its price depends on. */
export interface PricedResource {
  readonly properties: Properties;
  /** The template around it. */
  readonly template: Template;
  readonly prices: RegionPrices;
}

/** How a type of resource is billed. */
export interface Pricing {
  readonly monthly?: (resource: PricedResource) => readonly Charge[];
  readonly usage?: (resource: PricedResource) => readonly UsageCharge[];
}
