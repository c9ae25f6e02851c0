interface Waiter {
  isOver(): boolean;
  resolve(): void;
}

/** Those who wait for something to become true. */
export class Waiting {
  private readonly waiters = new Set<Waiter>();

  /**
   * Resolves when something is true, of which `look` makes sure.
   * @param milliseconds after which it resolves anyway
   */
  until(isOver: () => boolean, milliseconds?: number): Promise<void> {
    if (isOver()) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter: Waiter = {
        isOver,
        resolve: () => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve();
        },
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(waiter.resolve, milliseconds);
      this.waiters.add(waiter);
    });
  }

  /** Lets those go on for whom it is true now; has to follow whatever may have made it true. */
  look(): void {
    for (const waiter of [...this.waiters]) if (waiter.isOver()) waiter.resolve();
  }
}
