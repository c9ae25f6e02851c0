/** Loaded before a program, it lets the program believe that it is a thousand days later. */
const { now } = Date;
const later = 1000 * 24 * 60 * 60 * 1000;

globalThis.Date = class extends Date {
  constructor(...values: readonly unknown[]) {
    super(...((values.length === 0 ? [now() + later] : values) as [number]));
  }
} as DateConstructor;
