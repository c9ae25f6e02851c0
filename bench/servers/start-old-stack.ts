import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadModel } from '../../learning/load-model';
import { SoftmaxModel } from '../../learning/softmax/softmax-model';
import { freePort } from '../../service/database/cluster';
import { type ServerProcess, startServer } from '../system/server-process';

const packages = ['python3-flask', 'gunicorn', 'python3-sklearn'];
const python = '/usr/bin/python3';

/**
 * Starts `old-stack/app.py` under gunicorn on one core, installed through apt-get if it is absent. It serves the model
 * of the service: the same weights in scikit-learn's class.
 * @param dataDirectory of the service, where its model is
 * @param folder for the weights
 */
export async function startOldStack(core: number, dataDirectory: string, folder: string): Promise<ServerProcess> {
  install();
  const model = join(folder, 'weights.json');
  writeFileSync(model, JSON.stringify(weightsOf(dataDirectory)));
  const port = await freePort();
  // One process as there is one core. Of gunicorn's workers those with threads alone keep connections open.
  const place = ['--bind', `127.0.0.1:${port}`, '--chdir', resolve('bench/servers/old-stack')];
  const workers = ['--worker-class', 'gthread', '--workers', '1', '--threads', '16', '--keep-alive', '75'];
  return startServer({
    command: [python, '-m', 'gunicorn', ...place, ...workers, 'app:app'],
    port,
    core,
    env: { MODEL: model, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
}

function install(): void {
  const works = () => spawnSync(python, ['-c', 'import flask, gunicorn, sklearn']).status === 0;
  if (works()) return;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive'];
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const [program, ...args] = [...asRoot, 'apt-get', ...step];
    spawnSync(program as string, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (!works()) throw new Error(`the old stack cannot be installed; run: apt-get install ${packages.join(' ')}`);
}

function weightsOf(dataDirectory: string) {
  const model = softmaxModelIn(join(dataDirectory, 'models'));
  const arrays = model.toArrays();
  const { shape, values: weights } = arrays.get('weights') as NonNullable<ReturnType<typeof arrays.get>>;
  const classes = shape[1] as number;
  return {
    features: model.features.map(({ name }) => name),
    classes: model.classes,
    weights: Array.from({ length: weights.length / classes }, (_, row) =>
      Array.from(weights.subarray(row * classes, (row + 1) * classes)),
    ),
    intercepts: Array.from(arrays.get('intercepts')?.values ?? []),
  };
}

/** The model that the old stack can serve, too. */
function softmaxModelIn(folder: string): SoftmaxModel {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.model'));
  const models = files.map((file) => loadModel(readFileSync(join(folder, file))).model);
  const softmax = models.find((model) => model instanceof SoftmaxModel);
  if (!softmax) throw new Error('the old stack can serve a softmax model only');
  return softmax;
}
