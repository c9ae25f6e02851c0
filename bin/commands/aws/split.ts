import { Command } from 'commander';
import { parseSplit, type Split } from '../../../config/split';
import { type AwsOptions, withAwsOptions } from '../../aws/options';
import { CommandError, ExitCode } from '../../failure';

const example = `
Weights are whole numbers from 0 to 999, relative to their sum.

Examples:
  modelapp split                        show how traffic is split now
  modelapp split 1.1.0:90,1.2.0:10      let 1.2.0 take a tenth of it
  modelapp split off                    end it`;

/** `modelapp split`: shows and changes how much traffic each version takes. */
export const splitCommand = (): Command =>
  withAwsOptions(new Command('split'))
    .description('show or change how the shared entry splits traffic between versions')
    .argument('[spec]', "weights such as 1.1.0:90,1.2.0:10, or 'off'", parseSpec)
    .addHelpText('after', example)
    .action(async (spec: Split | 'off' | undefined, options: AwsOptions) => {
      const { changeAndShow, endSplit, showSplit } = await import('../../split/report');
      if (spec === 'off') return endSplit(options);
      return spec ? changeAndShow(spec, options) : showSplit(options);
    });

function parseSpec(text: string): Split | 'off' {
  if (text === 'off') return text;
  try {
    return parseSplit(text);
  } catch (error) {
    throw new CommandError(`split: ${(error as Error).message}`, ExitCode.usage);
  }
}
