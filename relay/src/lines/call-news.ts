import type { Keyring } from '../access/encryption.ts'
import type { GuardedFetch } from '../access/guarded-fetch.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import type { Call } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { Logger } from '../logger.ts'
import type { Jobs } from '../store/jobs/index.ts'
import type { Store } from '../store/open.ts'

const JOB = 'call-news'
const TIMEOUT_MS = 10_000

/** Tells a program that asked for a call how it ended: `POST webhookUrl` with `{type: 'call.ended', call}`, repeated until it answers 2xx. */
export interface CallNews {
  /** Told once, when the call's end is stored. */
  promise(call: Call, url: string): void
}

export function createCallNews(o: {
  store: Store
  keyring: Keyring
  jobs: Jobs
  book: CallBook
  /** Public https addresses only, as for every URL that is given to us. */
  fetch: GuardedFetch
  logger: Logger
}): CallNews {
  const house = () => openHouseKeys(o.store, o.keyring)
  const place = (callId: string) => `call news ${callId}`

  o.jobs.handle(JOB, async (payload, signal) => {
    const { callId, organisationId, sealedUrl } = payload as { callId: string; organisationId: string; sealedUrl: string }
    const call = await o.book.get(organisationId, callId)
    if (!call) return
    const url = (await house()).openSecret(Buffer.from(sealedUrl, 'base64'), place(callId))
    const body = JSON.stringify({ type: 'call.ended', call })
    const { status } = await o.fetch(
      { url, method: 'POST', headers: { 'content-type': 'application/json' }, body, timeoutMs: TIMEOUT_MS },
      signal,
    )
    if (status < 200 || status > 299) throw new Error(`the webhook answered ${status}`)
  })

  return {
    promise(call, url) {
      call.closed
        .then(house)
        .then((keys) => {
          // The address may hold a secret of its owner's.
          const sealedUrl = Buffer.from(keys.sealSecret(url, place(call.id))).toString('base64')
          return o.jobs.add(JOB, { callId: call.id, organisationId: call.organisationId, sealedUrl }, { key: call.id })
        })
        .catch((error: unknown) => o.logger.error({ err: error, callId: call.id }, 'who asked for a call is not told how it ended'))
    },
  }
}
