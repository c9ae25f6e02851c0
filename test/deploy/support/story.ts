/** Declares tests that each start where the one before ended: after one that fails, the others fail at once. */
export function story(): (name: string, test: () => Promise<void>) => void {
  let interrupted = false;
  return (name, test) =>
    it(name, async () => {
      if (interrupted) throw new Error('not reached: a test before this one failed');
      interrupted = true;
      await test();
      interrupted = false;
    });
}
