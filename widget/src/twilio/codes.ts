/**
 * What goes wrong at Twilio, in our own words. The numbers are those of its voice SDK, and of its services behind it.
 * What is not here is `internal`.
 */
const CODES: Readonly<Record<string, readonly number[]>> = {
  // The page's token is not good (any more), or the account behind it is not.
  unauthorized: [20003, 20101, 20104, 20151, 31201, 31202, 31203, 31204, 31205, 31207, 31209],
  rate_limited: [20429, 31206],
  // Nobody takes the call: what the operators have to set right, or wait for.
  provider_unavailable: [
    ...[20404, 20500, 31002, 31404, 31480, 31486, 31603, 64102, 64114],
    ...[13224, 13225, 21205, 21211, 21212, 21214, 21215, 21219],
  ],
  network: [31003, 31005, 31009, 53000, 53001, 53405, 64108],
  mic_denied: [31401],
  mic_busy: [31402],
  // Our own doing, or Twilio's: nothing the visitor can mend.
  internal: [11200, 11217, 21220, 31000, 31001, 31008, 31400, 31931, 53400, 53402, 64105, 64106, 64107],
}

/** Our code for an error of Twilio's. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return Object.keys(CODES).find((ours) => CODES[ours]?.includes(code as number)) ?? 'internal'
}

/** Trying again helps; as `isRetryable` has it, which would cost the call code, loaded by everybody, an export. */
export const helpsAgain = (code: string): boolean => code !== 'unauthorized'
