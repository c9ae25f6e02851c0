/**
 * Calls the handler in the folder of the first argument as Lambda does. Standard input is
 * `{ event, handler, timeoutSeconds }`, standard output `{ value }` or `{ error }`; what the handler prints goes to
 * standard error.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { event, handler, timeoutSeconds } = JSON.parse(readFileSync(0, 'utf8'));
const [file, name] = handler.split('.');
const end = Date.now() + timeoutSeconds * 1000;
const context = { getRemainingTimeInMillis: () => Math.max(0, end - Date.now()) };
const answer = (result) => process.stdout.write(JSON.stringify(result), () => process.exit(0));

for (const method of ['log', 'info', 'debug']) console[method] = console.error;
setTimeout(() => answer({ error: `Task timed out after ${timeoutSeconds} seconds` }), timeoutSeconds * 1000).unref();
require(join(process.argv[2], file))
  [name](event, context)
  .then(
    (value) => answer({ value }),
    (error) => answer({ error: error.message }),
  );
