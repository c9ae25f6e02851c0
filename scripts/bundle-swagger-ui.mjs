import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from './bundle.mjs';

/** As the bundler names its files, also where `node_modules` is a link. */
const swaggerUi = realpathSync(join(root, 'node_modules/@fastify/swagger-ui'));

/** The pages of the API documentation, which lie beside the code that serves them. */
export const swaggerUiFiles = join(swaggerUi, 'static');

/**
 * Lets `@fastify/swagger-ui` find its pages from inside a bundle: in `<folder>/static`, beside the bundle.
 * @param {string} folder
 * @returns {import('esbuild').Plugin}
 */
export const bundleSwaggerUi = (folder) => ({
  name: 'swagger-ui',
  setup(build) {
    build.onLoad({ filter: /@fastify[/\\]swagger-ui[/\\](index|lib[/\\]routes)\.js$/ }, async ({ path }) => {
      const here = JSON.stringify(join(folder, relative(swaggerUi, dirname(path))));
      const code = await readFile(path, 'utf8');
      return { contents: code.replaceAll('__dirname', `path.join(__dirname, ${here})`) };
    });
  },
});
