import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle, root } from './bundle.mjs';

/** Puts the reference that the schema gives behind the marker line of docs/configuration.md. */
const marker = '<!-- made by `npm run docs` from config/schema.ts -->';
const file = join(root, 'docs/configuration.md');
const outfile = join(root, 'dist/reference.cjs');

await bundle({ entryPoints: ['config/file/reference.ts'], outfile });
const { configurationReference } = await import(outfile);
const [head] = (await readFile(file, 'utf8')).split(marker);
await writeFile(file, `${head}${marker}\n\n${configurationReference()}`);
