/** What the release guard says of code that is not the released one. */
export const releasedFromOtherCode = (version: string): string =>
  `${version} is already released from other code: bump VERSION`;

/** What it says of a version that no tree has released in this deployment. */
export const neverReleased = (version: string): string =>
  `${version} was never released here: deploy it from its own tree`;
