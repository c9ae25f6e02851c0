/** A hash of the image's sources, or `released`. */
export type SourceHash = string;

/** Stands for the code of a version that another tree released: whatever its tag holds. */
export const released: SourceHash = 'released';
