import type { PriceList, RegionPrices } from '../../../lib/cost/prices';

/** Prices that are easy to reckon with. */
const prices: RegionPrices = {
  instanceHour: { t3: { small: 0.02, large: 0.08 }, m7g: { large: 0.1 } },
  creditVcpuHour: { t3: 0.05 },
  volumeGbMonth: 0.1,
  spotVcpuHour: 0.02,
  publicIpv4Hour: 0.005,
  loadBalancerHour: 0.03,
  loadBalancerCapacityUnitHour: 0.008,
  databaseHour: { t4g: { small: 0.04 }, m6i: { large: 0.2 } },
  databaseCreditVcpuHour: 0.075,
  databaseStorageGbMonth: 0.12,
  secretMonth: 0.4,
  secretTenThousandCalls: 0.05,
  alarmMetricMonth: 0.1,
  dashboardMonth: 3,
  keyMonth: 1,
  keyTenThousandCalls: 0.03,
  endpointHour: 0.01,
  endpointGb: 0.01,
  logIngestGb: 0.5,
  logStorageGbMonth: 0.03,
  objectStorageGbMonth: 0.02,
  imageStorageGbMonth: 0.1,
  functionMillionCalls: 0.2,
  functionGbSecond: 0.0001,
  noticeMillionRequests: 0.5,
  eventMillion: 1,
  hostedZoneMonth: 0.5,
  stateTransitionThousand: 0.025,
  traceMillion: 5,
  transferOutGb: 0.09,
};

export const region = 'test-1';

export const testPriceList: PriceList = { date: '2026-01-31', currency: 'USD', regions: { [region]: prices } };
