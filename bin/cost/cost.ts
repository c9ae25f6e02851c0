import { join } from 'node:path';
import { loadConfig } from '../../config/file/load';
import { type DeployTarget, Names } from '../../config/names';
import type { Config } from '../../config/schema';
import { estimateCost } from '../../lib/cost/estimate';
import { firstRegion, priceList, pricesOf, UnknownRegionError } from '../../lib/cost/prices';
import { readListedVersions } from '../aws/listed-versions';
import { findRegion } from '../aws/region';
import type { CostOptions } from '../commands/aws/cost';
import { CommandError, ExitCode } from '../failure';
import { Interruption } from '../interruption';
import { print, printJson, progress } from '../output';
import { readVersion } from '../settings';
import { ageWarning, report } from './report';
import { synthesizeTemplates, type Templates } from './synthesis';

/**
 * Prints what all stacks, or that of one service, cost in a month.
 * @throws {CommandError} if there are no prices for the region, or the stacks cannot be synthesised
 */
export async function cost(service: DeployTarget | undefined, options: CostOptions): Promise<void> {
  const { config, directory } = await loadConfig();
  // The app would say what is wrong with them too, but as a failure of the synthesis.
  readVersion(join(directory, 'VERSION'));
  readListedVersions(directory);
  const wanted = await findRegion(options.region, config);
  const region = wanted ?? firstRegion(priceList);
  requirePrices(region);
  const warning = ageWarning(priceList, new Date());
  if (warning) progress(`warning: ${warning}`);
  progress('Synthesising the stacks');
  const templates = await new Interruption().orStop(synthesizeTemplates(directory, service));
  const estimate = estimateCost(only(templates, service, config), priceList, region);
  if (options.json) return printJson({ ...estimate, regionAssumed: wanted === undefined });
  if (wanted === undefined) print(`No region is set: these are the prices of ${region}, the first of lib/prices.json.`);
  print(report(estimate));
}

/** Before the stacks are synthesised, which takes a while. */
function requirePrices(region: string): void {
  try {
    pricesOf(priceList, region);
  } catch (error) {
    if (!(error instanceof UnknownRegionError)) throw error;
    throw new CommandError(`${error.message}: pass --region, or add it to lib/prices.json`, ExitCode.usage);
  }
}

/** The templates to estimate: of one service, or all. */
function only(templates: Templates, service: DeployTarget | undefined, { aws }: Config): Templates {
  if (!service) return templates;
  const stack = new Names(aws.prefix).targetStack(service);
  return { [stack]: templates[stack]! };
}
