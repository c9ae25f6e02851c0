/** Does something by the clock, once among all instances each time. */
export interface Schedule {
  /** Does what is due now. */
  fireDue(): Promise<void>;
}
