import { runParts } from './options';
import { measureAls } from './recommend/als';
import { measureMovieLens } from './recommend/movielens';
import { measureTop } from './recommend/top';

/* Recommenders: how fast and how well they are trained, and how fast they rank. */

runParts({ als: measureAls, movielens: measureMovieLens, top: measureTop });
