import Fastify from 'fastify';
import { resolveConfig } from '../../config/resolve';
import type { ModelConfig } from '../../config/schema';
import shippedConfig from '../../modelapp.config';
import { runSchema } from '../../service/protocols/ml-aws/run';
import { inferSchema } from '../../service/protocols/open-inference/infer';
import { predictSchema } from '../../service/protocols/velox/predict';

/**
 * What Fastify itself costs: the routes of the service with their schemas, which check the request and write the answer,
 * and nothing behind them.
 */
const server = Fastify();
const { mapping } = resolveConfig(shippedConfig).models.iris as ModelConfig;

const runAnswer = {
  status: 201,
  id: '1',
  prediction_id: '019bc0de-0000-7000-8000-000000000000',
  output: 'setosa',
  probabilities: { setosa: 0.9768421093486315, versicolor: 0.023157848324109675, virginica: 4.232725892574119e-8 },
  revision: 1,
};
server.post('/run/', { schema: runSchema(mapping) }, async () => runAnswer);

const inferAnswer = {
  model_name: 'iris',
  model_version: '1',
  id: '019bc0de-0000-7000-8000-000000000000',
  outputs: [
    { name: 'predict', datatype: 'BYTES', shape: [1], data: ['setosa'] },
    {
      name: 'predict_proba',
      datatype: 'FP64',
      shape: [1, 3],
      data: [0.9768421093486315, 0.023157848324109675, 4.232725892574119e-8],
    },
  ],
};
server.post('/v2/models/iris/infer', { schema: inferSchema }, async () => inferAnswer);

server.post('/predict/:model', { schema: predictSchema }, async () => 3.9768421093486315);

server.get('/readyz', async () => ({ status: 'ready' }));

void server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
process.once('SIGINT', () => void server.close());
