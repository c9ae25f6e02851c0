import { runParts } from './options';
import { measureDarlin } from './train/darlin';
import { measureMemory } from './train/memory';
import { measureServers } from './train/servers';

/* The training of linear models. */

runParts({ memory: measureMemory, servers: measureServers, darlin: measureDarlin });
