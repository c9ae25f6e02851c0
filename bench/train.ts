import { runParts } from './options';
import { measureDarlin } from './train/darlin';
import { measureMemory } from './train/memory';

/* The training of linear models. */

runParts({ memory: measureMemory, darlin: measureDarlin });
