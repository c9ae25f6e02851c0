import { Command } from 'commander';
import { loadConfig } from '../../config/load';
import { Names } from '../../config/names';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import { estimateCost } from '../../lib/cost/estimate';
import { firstRegion, priceList, pricesOf, UnknownRegionError } from '../../lib/cost/prices';
import { parseVersionArgument } from '../aws/options';
import { findRegion } from '../aws/region';
import { ageWarning, report } from '../cost/report';
import { synthesizeTemplates, type Templates } from '../cost/synthesis';
import { CommandError, ExitCode } from '../failure';
import { Interruption } from '../interruption';
import { print, printJson, progress } from '../output';

interface CostOptions {
  readonly region?: string;
  readonly json?: boolean;
}

/** `modelapp cost`: what the stacks cost in a month. Asks AWS nothing. */
export const costCommand = (): Command =>
  new Command('cost')
    .description('estimate what the stacks cost in a month, without asking AWS')
    .argument('[version]', 'a version, for its stack alone (default: all stacks)', parseVersionArgument)
    .option(
      '--region <region>',
      'AWS region (default: aws.region of the configuration, AWS_REGION, the profile, the first of lib/prices.json)',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  modelapp cost\n  modelapp cost 1.2.0 --region eu-central-1')
    .action(cost);

async function cost(version: Version | undefined, options: CostOptions): Promise<void> {
  const { config, directory } = await loadConfig();
  const wanted = await findRegion(options.region, config);
  const region = wanted ?? firstRegion(priceList);
  requirePrices(region);
  const warning = ageWarning(priceList, new Date());
  if (warning) progress(`warning: ${warning}`);
  progress('Synthesising the stacks');
  const templates = await new Interruption().orStop(synthesizeTemplates(directory, version));
  const estimate = estimateCost(only(templates, version, config), priceList, region);
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

/** The templates to estimate: of one version, or all. */
function only(templates: Templates, version: Version | undefined, { aws }: Config): Templates {
  if (!version) return templates;
  const stack = new Names(aws.prefix).versionStack(version);
  return { [stack]: templates[stack]! };
}
