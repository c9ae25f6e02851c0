import { App } from 'aws-cdk-lib';
import { BUNDLING_STACKS } from 'aws-cdk-lib/cx-api';
import { loadConfig } from '../config/file/load';
import { readRelease } from '../lib/release';
import { createStacks } from '../lib/stacks';

async function synthesize(): Promise<void> {
  const { config, directory } = await loadConfig();
  // The library's own check of the templates takes longer than all the rest; the tests of the stacks run it.
  const app = new App({ builtinCloudFormationValidation: false, treeMetadata: false });
  createStacks(app, config, readRelease(app.node, directory));
  if (showsOrDeploysTemplates(app)) {
    // Loading the rules takes half of the time that `cdk list` has.
    const { refuseFindings } = await import('../lib/findings');
    refuseFindings(app);
  }
  app.synth();
}

/** The CDK CLI names no stack to bundle for commands such as `list` and `destroy`, which only ask which stacks there are. */
function showsOrDeploysTemplates(app: App): boolean {
  const stacks: readonly string[] = app.node.tryGetContext(BUNDLING_STACKS) ?? ['**'];
  return stacks.length > 0;
}

synthesize().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
