/** Before a token runs out the page has this long to get the next: the SDK asks once for each. */
export const TOKEN_REFRESH_MS = 30_000
