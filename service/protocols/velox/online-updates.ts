import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { bareValue } from './bare-value';
import { Recommenders } from './recommenders';

/** Lets observations wait, and lets those that have waited change predictions. */
export const onlineUpdates: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { observations } = context;
  const recommenders = new Recommenders(context);

  function route(url: string, summary: string, change: (model: string) => Promise<void>): void {
    server.route({
      method: 'POST',
      url,
      config: { access: 'admin', errors: [404, 503] },
      onRequest: recommenders.check,
      schema: { summary, tags: ['Velox'], response: { 200: Type.Literal('success') } },
      handler: async (request, reply) => {
        await fromDatabase(change(recommenders.of(request).served.name));
        return bareValue(reply, 'success');
      },
    });
  }

  route('/disableonlineupdates/:model', 'Let observations wait', (model) => observations.disable(model));
  route('/enableonlineupdates/:model', 'Let observations change predictions', (model) => observations.enable(model));
};
