import prices from '../prices.json';

/** AWS's list prices on a day. */
export interface PriceList {
  /** The day they were valid, `YYYY-MM-DD`. */
  readonly date: string;
  readonly currency: string;
  /** By region; the first one stands in where nobody names a region. */
  readonly regions: Readonly<Record<string, RegionPrices>>;
}

/** Prices by family and size: `t3`, `small`. */
export type SizePrices = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Prices of a region in the currency of the list, on demand, without free tiers. A name ends with its unit. */
export interface RegionPrices {
  /** EC2 instances with Linux. */
  readonly instanceHour: SizePrices;
  /** Work of a burstable instance beyond what its size includes, by family. */
  readonly creditVcpuHour: Readonly<Record<string, number>>;
  /** EBS volumes, gp3. */
  readonly volumeGbMonth: number;
  /** Spot machines of any family, roughly: AWS sets their prices anew all day. */
  readonly spotVcpuHour: number;
  readonly publicIpv4Hour: number;
  readonly loadBalancerHour: number;
  readonly loadBalancerCapacityUnitHour: number;
  /** RDS for PostgreSQL in one zone, without the `db.` of the class. */
  readonly databaseHour: SizePrices;
  readonly databaseCreditVcpuHour: number;
  /** RDS storage, gp3, in one zone. */
  readonly databaseStorageGbMonth: number;
  readonly secretMonth: number;
  readonly secretTenThousandCalls: number;
  /** CloudWatch bills an alarm by the metrics that it reads. */
  readonly alarmMetricMonth: number;
  readonly dashboardMonth: number;
  readonly keyMonth: number;
  readonly keyTenThousandCalls: number;
  /** Interface endpoints, per zone. */
  readonly endpointHour: number;
  readonly endpointGb: number;
  readonly logIngestGb: number;
  readonly logStorageGbMonth: number;
  /** S3 Standard. */
  readonly objectStorageGbMonth: number;
  readonly imageStorageGbMonth: number;
  readonly functionMillionCalls: number;
  /** Lambda on ARM. */
  readonly functionGbSecond: number;
  readonly noticeMillionRequests: number;
  /** Events that a program puts on the bus; those of AWS and of schedules are free. */
  readonly eventMillion: number;
  /** Route 53, each of the first 25. */
  readonly hostedZoneMonth: number;
  /** Step Functions, standard. */
  readonly stateTransitionThousand: number;
  /** X-Ray. */
  readonly traceMillion: number;
  readonly transferOutGb: number;
}

/** `lib/prices.json`. */
export const priceList: PriceList = prices;

/** The hours of a month that AWS's own calculator reckons with. */
export const hoursPerMonth = 730;

/** Prices older than this many days deserve a warning. */
export const freshDays = 180;

const dayMs = 24 * 60 * 60 * 1000;

/** The age of a price list in whole days. */
export const ageInDays = ({ date }: Pick<PriceList, 'date'>, now: Date): number =>
  Math.floor((now.getTime() - Date.parse(date)) / dayMs);

/** The region is not in the price list. */
export class UnknownRegionError extends Error {
  override readonly name = 'UnknownRegionError';
  constructor(region: string, known: readonly string[]) {
    super(`there are no prices for the region '${region}'; there are for ${known.join(', ')}`);
  }
}

/**
 * The prices of a region.
 * @throws {UnknownRegionError} naming the known ones
 */
export function pricesOf({ regions }: PriceList, region: string): RegionPrices {
  const prices = Object.hasOwn(regions, region) ? regions[region] : undefined;
  if (!prices) throw new UnknownRegionError(region, Object.keys(regions));
  return prices;
}

/** The region whose prices stand in where nobody names one. */
export const firstRegion = ({ regions }: PriceList): string => Object.keys(regions)[0]!;

/** The price of `t3.small`; undefined if the list does not hold it. */
export function priceOfSize(prices: SizePrices, size: string): number | undefined {
  const [family = '', name = ''] = size.split('.');
  return prices[family]?.[name];
}
