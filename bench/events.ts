import { measureImporting } from './events/importing';
import { measureListing } from './events/listing';
import { measureStoring } from './events/storing';
import { measureTransferMemory } from './events/transfer-memory';
import { runParts } from './options';

/* The event server and its commands, each part on a database of its own: clients, server and PostgreSQL share all cores. */

runParts({
  store: measureStoring,
  import: measureImporting,
  list: measureListing,
  memory: measureTransferMemory,
});
