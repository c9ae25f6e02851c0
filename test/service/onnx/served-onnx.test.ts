/** @jest-environment ./test/support/native-arrays-environment.ts */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelInput } from '../../../config/models/model-input';
import { startTestService, type TestService } from '../../support/service';
import { slowIdentity } from './slow-onnx';

jest.setTimeout(120_000);

const slow = (process: { readonly timeoutMs: number; readonly memoryMiB?: number }): ModelInput => ({
  algorithm: 'onnx',
  file: 'slow.onnx',
  mapping: [{ name: 'size', type: 'float' }],
  process,
});

/** Sizes of which one inference takes about 1 s and about 15 s. */
const long = 2_500;
const tooLong = 6_000;

describe('An inference of an ONNX file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'modelapp-onnx-'));
  let service: TestService;

  beforeAll(async () => {
    writeFileSync(join(directory, 'slow.onnx'), slowIdentity());
    service = await startTestService({
      directory,
      config: {
        models: {
          slow: slow({ timeoutMs: 60_000 }),
          hurried: slow({ timeoutMs: 1_000 }),
          small: slow({ timeoutMs: 60_000, memoryMiB: 256 }),
        },
        mlAws: { model: 'slow' },
        palladium: { services: [{ entryPoint: '/predict', model: 'slow' }] },
      },
    });
  });
  afterAll(async () => {
    await service?.stop();
    rmSync(directory, { recursive: true });
  });

  const ask = async (model: string, size: number) => {
    const inputs = [{ name: 'size', shape: [1], datatype: 'FP64', data: [size] }];
    const response = await fetch(`${service.url}/v2/models/${model}/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    });
    const { outputs, error } = (await response.json()) as { outputs?: { data: number[] }[]; error?: string };
    return { status: response.status, answer: outputs?.[0]?.data[0] ?? error };
  };
  const failed = { status: 500, answer: 'the model failed' };

  it('leaves the service free for other requests', async () => {
    let isOver = false;
    const inference = ask('slow', long).finally(() => {
      isOver = true;
    });

    for (let i = 0; i < 5; i++) expect((await fetch(`${service.url}/healthz`)).status).toBe(200);

    expect(isOver).toBe(false);
    expect(await inference).toEqual({ status: 200, answer: long });
  });

  it('is ended when it takes too long, and the model answers the next request', async () => {
    expect(await ask('hurried', tooLong)).toEqual(failed);
    expect(await ask('hurried', 1)).toEqual({ status: 200, answer: 1 });
  });

  it('is ended when it takes too much memory, and the model answers the next request', async () => {
    expect(await ask('small', tooLong)).toEqual(failed);
    expect(await ask('small', 2)).toEqual({ status: 200, answer: 2 });
  });

  it('fails with its process, and the model answers the next request', async () => {
    const before = await ask('slow', 3);
    const inference = ask('slow', tooLong);
    const running = await busiest(onnxProcesses());

    process.kill(running, 'SIGKILL');

    expect(await inference).toEqual(failed);
    expect(await ask('slow', 3)).toEqual(before);
  });
});

/** Processes of this one that run ONNX files. */
const onnxProcesses = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('run-onnx');
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });

/** That one of the processes which computes. */
async function busiest(pids: readonly number[]): Promise<number> {
  const ticksOf = (pid: number) => Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[11]);
  const before = new Map(pids.map((pid) => [pid, ticksOf(pid)]));
  for (;;) {
    const busy = pids.find((pid) => ticksOf(pid) > (before.get(pid) as number) + 10);
    if (busy !== undefined) return busy;
    await sleep(20);
  }
}
