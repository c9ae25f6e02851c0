import { App } from 'aws-cdk-lib';
import { loadConfig } from '../config/load';
import { readRelease } from '../lib/release';
import { createStacks } from '../lib/stacks';

async function synthesize(): Promise<void> {
  const { config, directory } = await loadConfig();
  const app = new App();
  createStacks(app, config, readRelease(app.node, directory));
  app.synth();
}

synthesize().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
