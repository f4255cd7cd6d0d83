import { WebSocket } from 'ws'
import type { Engine } from '../../calls/ports.ts'
import { CARRIER_TABLE } from '../index.ts'
import { type CarrierHouse, startCarrierHouse } from '../phone-house.test-kit.ts'
import type { StringOfTheCan } from './doors.ts'
import { tincanWith } from './index.ts'

/** The real relay with one carrier more in its table, and the other can. */

export const OURS = '+12025550111'
export const CALLEE = '+12025550122'
const KEY = 'scratched-into-it'

interface Placed {
  from: string
  to: string
  status: string
  sound: string
}
export interface Numbered {
  id: string
  webhookUrl: string
  websocketUrl: string
  statusUrl: string
  credentialsSet: string[]
  tincanConfig: object
  abilities: Record<string, boolean>
}

/** The string: lines of text and sound, as the other can hears them. */
export interface TinString {
  readonly lines: readonly string[]
  readonly sound: readonly Buffer[]
  readonly closed: Promise<number>
  say(what: string | Uint8Array): void
}

export interface TincanHouse extends CarrierHouse {
  readonly number: Numbered
  readonly string: StringOfTheCan
  /** What the can was asked to ring, newest last. */
  readonly placed: readonly Placed[]
  readonly ended: readonly string[]
  newest(): string
  /** The can says how a call stands. */
  tell(status: string, state: string, call?: string): Promise<number>
  /** Pulls the string; the status where nobody holds it. */
  pull(url: string): Promise<TinString | number>
}

export const HEARD = 'a tone, and a loud one'

/** Understands a tone, and nothing else. */
const ear: Engine = {
  name: 'ear',
  hears: 'audio',
  speaks: 'audio',
  speaksHz: 8000,
  stallMs: 3_600_000,
  availability: () => ({ ok: true }),
  async start({ emit }) {
    let open = true
    return {
      take(input) {
        if (open && input.type === 'audio' && loudest(Buffer.from(input.bytes)) > 4000)
          emit({ type: 'heard', id: 'one', text: HEARD, final: true })
      },
      async close() {
        open = false
      },
    }
  },
}

export const loudest = (pcm: Buffer) =>
  Math.max(0, ...Array.from({ length: Math.floor(pcm.length / 2) }, (_, at) => pcm.readInt16LE(2 * at)))

export async function startTincanHouse(): Promise<TincanHouse> {
  const placed: Placed[] = []
  const ended: string[] = []
  const string: StringOfTheCan = { slack: false, did: [] }
  const tincan = tincanWith(string)
  const base = await startCarrierHouse({
    env: () => ({}),
    // This is the one line.
    extras: { carriers: [...CARRIER_TABLE, tincan], extraEngines: [ear], alwaysRing: [CALLEE] },
    persona: { engine: 'ear', keyMenu: [{ digit: '7', label: 'length', say: 'The string is seven feet long.' }] },
  })
  base.vendor.answers(({ body, headers, path }) => {
    if (headers.authorization !== `Can ${KEY}`) return { status: 401, body: {} }
    const [, call] = /^\/calls\/(tin-\d+)/.exec(path) ?? []
    if (call === undefined) placed.push(JSON.parse(body))
    else if (path.endsWith('/end')) ended.push(call)
    return { status: 200, body: { call: call ?? `tin-${placed.length}`, state: 'ringing' } }
  })
  const json = {
    phoneNumber: OURS,
    provider: tincan.name,
    linkedAgentId: base.agentId,
    tincanConfig: { key: KEY, apiBaseUrl: base.vendor.origin.replace('127.0.0.1', 'localhost') },
  }
  const made = await base.ask('/api/phone-numbers', { method: 'POST', token: base.admin, json })
  if (made.status !== 201) throw new Error(await made.text())
  const { phoneNumber: number } = (await made.json()) as { phoneNumber: Numbered }
  const near = (url: string) => url.replace(/^(http|ws):\/\/[^/]+/, (_, scheme: string) => base.url.replace('http', scheme))
  const newest = () => `tin-${placed.length}`

  return {
    ...base,
    number,
    string,
    placed,
    ended,
    newest,
    async tell(status, state, call = newest()) {
      const response = await fetch(near(status), { method: 'POST', body: JSON.stringify({ call, state }) })
      return response.status
    },
    pull: (url) =>
      new Promise((resolve) => {
        const ws = new WebSocket(near(url))
        const lines: string[] = []
        const sound: Buffer[] = []
        ws.on('message', (data, isBinary) => (isBinary ? sound.push(data as Buffer) : lines.push(String(data))))
        ws.on('error', () => undefined)
        ws.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        const closed = new Promise<number>((done) => ws.once('close', done))
        ws.once('open', () => resolve({ lines, sound, closed, say: (what) => ws.send(what) }))
      }),
  }
}
