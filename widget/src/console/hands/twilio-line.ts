import { codeOf } from '../../twilio/codes.ts'
import { nextToken } from '../../twilio/next-token.ts'
import type { MakeDevice, SdkDevice } from '../../twilio/sdk.ts'
import { CannotJoin } from './cannot-join.ts'
import { closeSound, type LineEvents, type OpenedSound, type OperatorLine } from './operator-line.ts'

/** The operator's line into a call whose sound Twilio has, by Twilio's own kit; a chunk of its own. */

/**
 * - asking: Twilio has not let the page in. - joining: it has; not in the call yet. - in: hears and speaks.
 * - shaky: something broke, and Twilio mends what it can. - closed: by either side.
 */
type Stand = 'asking' | 'joining' | 'in' | 'shaky' | 'closed'
/** What is said when a call of Twilio's goes; nobody waits for one that was closed. */
const WENT: Record<Stand, 'over' | 'lost' | undefined> = { asking: 'over', joining: 'over', in: 'over', shaky: 'lost', closed: undefined }

const NOT_LOADED = 'What connects you with Twilio could not be loaded, and the AI goes on. Load this page anew, then take over again.'
/** By our code for what Twilio says. */
const REFUSED: Readonly<Record<string, string>> = {
  unauthorized:
    'Twilio does not let this page in, and the AI goes on. Take over by your phone, and have an admin check the number’s Twilio API key and TwiML app.',
  rate_limited: 'Twilio takes no more calls for now, and the AI goes on. Wait a minute, then take over again.',
  network:
    'Twilio cannot be reached from this browser, and the AI goes on. Take over by your phone, or have the firewall let Twilio through.',
}
const NOT_CONNECTED = 'Twilio did not connect you, and the AI goes on. Take over again, or by your phone.'

/** @throws CannotJoin; everything is let go of then, as it is when `signal` says that nobody waits any more */
export async function joinByTwilio(o: {
  accessToken: string
  /** What answers with the next one. */
  askToken: (signal: AbortSignal) => Promise<Response>
  connectParams: Record<string, string>
  opened: OpenedSound
  on: LineEvents
  signal: AbortSignal
  makeDevice?: MakeDevice | undefined
}): Promise<OperatorLine> {
  const { stream } = o.opened
  const left = new AbortController()
  const refused = Promise.withResolvers<never>()
  // It may come when nothing is waited for yet, or any more.
  refused.promise.catch(() => undefined)
  let stand: Stand = 'asking'
  let device: SdkDevice | undefined

  const close = () => {
    if (stand === 'closed') return
    stand = 'closed'
    left.abort()
    device?.destroy()
    closeSound(o.opened)
  }
  const become = (next: 'in' | 'shaky', tells: 'open' | 'away') => () => {
    if (stand === 'closed') return
    stand = next
    o.on.standing(tells)
  }
  const renew = async () => {
    const token = await nextToken(o.askToken, left.signal)
    // Without the next one the call goes on as long as its signalling stands.
    if (token && stand !== 'closed') device?.updateToken(token)
  }
  const trouble = (error: unknown) => {
    // The SDK goes on trying, and connecting neither succeeds nor fails.
    if (stand === 'asking') refused.reject(error)
    else if (stand === 'joining') o.on.gone('lost')
    // Later Twilio mends what it can, and the call itself goes when it cannot.
  }
  const microphone = async (constraints: MediaStreamConstraints) => {
    if (stand === 'closed') throw new DOMException('', 'AbortError')
    return stream?.active ? stream : navigator.mediaDevices.getUserMedia(constraints)
  }

  try {
    o.signal.addEventListener('abort', () => refused.reject(o.signal.reason))
    const makeDevice = o.makeDevice ?? (await loadKit()).makeDevice
    o.signal.throwIfAborted()
    device = makeDevice(o.accessToken, microphone)
    // The SDK may be gone meanwhile: it ends with the page's own visibility.
    device.on('tokenWillExpire', () => void renew().catch(() => undefined))
    device.on('error', trouble)
    const connecting = device.connect({ params: o.connectParams })
    connecting.then(
      // It came through when nobody waited any more.
      (late) => stand === 'closed' && late.disconnect(),
      () => undefined,
    )
    const call = await Promise.race([connecting, refused.promise])
    stand = 'joining'
    call.on('accept', become('in', 'open'))
    call.on('reconnecting', become('shaky', 'away'))
    call.on('reconnected', become('in', 'open'))
    call.on('volume', (input: number, output: number) => o.on.levels({ visitor: output, agent: input }))
    for (const end of ['disconnect', 'cancel', 'reject']) {
      call.on(end, () => {
        const why = WENT[stand]
        if (why) o.on.gone(why)
      })
    }
    call.on('error', (error: unknown) => {
      trouble(error)
      if (stand === 'in') stand = 'shaky'
    })
    return { setMuted: (muted) => call.mute(muted), rest: () => undefined, write: () => undefined, wake: () => undefined, close }
  } catch (error) {
    close()
    throw error instanceof CannotJoin ? error : new CannotJoin(REFUSED[codeOf(error)] ?? NOT_CONNECTED)
  }
}

async function loadKit() {
  try {
    return await import('../../twilio/sdk.ts')
  } catch {
    throw new CannotJoin(NOT_LOADED)
  }
}
