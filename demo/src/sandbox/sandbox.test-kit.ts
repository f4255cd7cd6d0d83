import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { FaultOrder } from './faults.ts'
import type { Received } from './request-log.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

/** An order as tests write it: defaults may be left out. */
type Order = { service: FaultOrder['service']; kind: FaultOrder['kind']; times?: number; match?: string } & Record<string, unknown>

/** Fields of a form, where one name may have several values. */
export type Fields = Record<string, string | string[]>
export const formOf = (fields: Fields): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])))

/** A call as the phone network's records show it. */
export interface PhoneRecord {
  id: string
  carrierCallId: string
  state: string
  end?: string
  endedBy?: string
  states: { state: string; atMs: number }[]
  keysHeard: { digit: string; atMs: number }[]
  marks: { did: string; atMs: number }[]
  voice: { fromMs: number; toMs?: number }[]
  heard: { bytes: number }
}

/** One sandbox for a test file, reset and quick before every test, steered over HTTP as other processes steer it. */
export function withSandbox() {
  let sandbox: Sandbox | undefined
  const url = () => {
    if (!sandbox) throw new Error('the sandbox is not open')
    return sandbox.url
  }
  const post = (path: string, body?: unknown) =>
    fetch(`${url()}/sandbox/${path}`, { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) })
  beforeAll(async () => {
    sandbox = await openSandbox()
  })
  beforeEach(async () => {
    await post('reset')
    await post('pace', { firstWordMs: 0, wordMs: 0 })
  })
  afterAll(() => sandbox?.close())
  const seen = async <T>(path: string) => (await (await fetch(`${url()}/sandbox/${path}`)).json()) as T
  return {
    url,
    post,
    /** @throws Error when the order is refused */
    ordered: async (path: string, body: object) => {
      const answer = await post(path, body)
      if (!answer.ok) throw new Error(`order refused: ${await answer.text()}`)
      return (await answer.json()) as Record<string, unknown>
    },
    seen,
    phones: async () => (await seen<{ calls: PhoneRecord[] }>('phones/calls')).calls,
    /** Of a call at its phone, at 8 kHz. */
    audio: async (id: string, side: 'heard' | 'said'): Promise<Int16Array> => {
      const wav = await (await fetch(`${url()}/sandbox/phones/calls/${id}/audio?side=${side}`)).arrayBuffer()
      return new Int16Array(wav.slice(44))
    },
    order: async (order: Order) => {
      const answer = await post('faults', order)
      if (!answer.ok) throw new Error(`order refused: ${await answer.text()}`)
    },
    requests: async (service: string): Promise<Received[]> => {
      const { requests } = (await (await fetch(`${url()}/sandbox/requests?service=${service}`)).json()) as { requests: Received[] }
      return requests
    },
  }
}

export const KNOWLEDGE = `You are Tara's assistant. Answer briefly.

## Shop
The shop is open from ten to seven, Monday to Saturday. Delivery in India takes three to six days.

Q: What does the Monsoon lamp cost?
A: The Monsoon lamp costs 2,450 rupees.`
