import { createApi } from './api.ts'
import { Hands } from './hands/hands.ts'
import { createLive } from './live.ts'
import type { Desk } from './page.ts'
import type { Session } from './session.ts'
import type { Say } from './words.ts'

/** Everything a signed-in operator works with. */
export function openDesk(o: {
  relay: string
  session: Session
  language: string
  t: Say
  tell: Desk['tell']
  go: Desk['go']
}): Desk & { close(): void } {
  const api = createApi({ relay: o.relay, session: o.session })
  const live = createLive({ relay: o.relay, session: o.session })
  const hands = new Hands({ api, tell: (sentence) => o.tell(o.t(sentence), 'fault') })
  return {
    ...o,
    api,
    live,
    hands,
    close() {
      hands.close()
      live.close()
    },
  }
}
