import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { FunctionUnderTest } from './invoke';

type Answer = { readonly value: unknown } | { readonly error: { readonly name: string; readonly message: string } };

const program = `
const { handler } = require(process.argv[1]);
const context = { getRemainingTimeInMillis: () => 900000 };
process.on('message', (event) => Promise.resolve().then(() => handler(event, context)).then(
  (value) => process.send({ value: value ?? null }),
  ({ name, message }) => process.send({ error: { name, message } }),
));
`;

/** A function whose process stays between two calls, as Lambda keeps one that is called often. It takes one call at a time. */
export class WarmFunction {
  readonly #process: ChildProcess;

  constructor({ bundle, environment }: FunctionUnderTest) {
    this.#process = spawn(process.execPath, ['-e', program, join(bundle, 'index.js')], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...environment,
      },
    });
  }

  /** What the handler returns, or throws. */
  call(event: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the process of the function has ended'));
      this.#process.once('exit', ended);
      this.#process.once('message', (answer) => {
        this.#process.off('exit', ended);
        resolve(answer as Answer);
      });
      this.#process.send(event as object);
    });
  }

  async stop(): Promise<void> {
    const exit = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await exit;
  }
}
