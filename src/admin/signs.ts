/** How whoever reads events along knows that Trooper is still there. */

/** Trooper gives a sign of life so often. */
export const signEveryMs = 15_000

/** A line without one is gone, although nobody said so: a machine that slept, a network that is another one, a Trooper that hangs. */
export const longestSilenceMs = 40_000
