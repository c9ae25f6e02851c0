import { App } from 'aws-cdk-lib';
import { loadConfig } from '../config/load';
import { readRelease } from '../lib/release';
import { createStacks } from '../lib/stacks';

async function synthesize(): Promise<void> {
  const { config, directory } = await loadConfig();
  // The library's own check of the templates takes longer than all the rest; the tests of the stacks run it.
  const app = new App({ builtinCloudFormationValidation: false, treeMetadata: false });
  createStacks(app, config, readRelease(app.node, directory));
  app.synth();
}

synthesize().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
