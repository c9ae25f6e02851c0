import { amount } from '../options';

/*
 * How a server is measured that has a core to itself; PostgreSQL and the clients share the other one.
 */

export const serverCore = 0;
export const otherCore = 1;
export const connections = 16;
export const warmUpSeconds = amount(5, 0.5);
export const rounds = amount(5, 1);
export const roundSeconds = amount(8, 0.5);
