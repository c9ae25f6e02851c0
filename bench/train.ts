import { runParts } from './options';
import { measureDarlin } from './train/darlin';

/* The training of linear models. */

runParts({ darlin: measureDarlin });
