import type { NextAccessToken } from '@voice-agent/relay/protocol'
import { askAgain } from './again.ts'
import { TOKEN_REFRESH_MS } from './token-life.ts'

/** An answer that never comes must not use up a token's last seconds. */
const ANSWER_MS = 8_000

/** A page's next access token, asked for until the last one runs out; undefined when it cannot be had. Never rejects. */
export async function nextToken(ask: (signal: AbortSignal) => Promise<Response>, signal: AbortSignal): Promise<string | undefined> {
  const outcome = await askAgain({
    ask: () => ask(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])),
    read: async (answer) => ((await answer.json()) as NextAccessToken).accessToken,
    withinMs: TOKEN_REFRESH_MS,
    signal,
  })
  return outcome.is === 'answered' ? outcome.words : undefined
}
