import { once } from 'node:events'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import type { FromRelay, WebCall } from '../protocol/index.ts'
import { ownPage, type TestRelay } from '../relay.test-kit.ts'

/** One end of a call: a visitor's page, or an operator's. Answers marks as a page does, and keeps what it was told and heard. */
export async function end(url: string) {
  const ws = new WebSocket(url.replace('localhost', '127.0.0.1'))
  const told: FromRelay[] = []
  const heard: Uint8Array[] = []
  const waiting = new Set<() => void>()
  ws.on('message', (data, isBinary) => {
    if (isBinary) heard.push(new Uint8Array(data as Buffer))
    else {
      const message = JSON.parse(String(data)) as FromRelay
      told.push(message)
      if (message.type === 'mark') ws.send(JSON.stringify(message))
      if (message.type === 'clear') ws.send(JSON.stringify({ type: 'played', utterance: message.utterance, ms: 0 }))
    }
    for (const look of [...waiting]) look()
  })
  const closed = once(ws, 'close').then(([code]) => Number(code))
  await once(ws, 'open')
  /** Resolves with the first message of this type that fits, among those after `from`. */
  const until = <T extends FromRelay['type']>(
    type: T,
    fits: (message: Extract<FromRelay, { type: T }>) => boolean = () => true,
    from = 0,
  ): Promise<Extract<FromRelay, { type: T }>> =>
    new Promise((resolve) => {
      const look = () => {
        const found = told
          .slice(from)
          .find((message): message is Extract<FromRelay, { type: T }> => message.type === type && fits(message as never))
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const untilHeard = (frames: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (heard.length < frames) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return {
    ws,
    told,
    heard,
    closed,
    until,
    untilHeard,
    tell: (message: unknown) => ws.send(JSON.stringify(message)),
    /** Speaks these samples in frames of 20 ms, in real time. */
    async speak(bytes: Uint8Array, frameBytes: number) {
      const startMs = performance.now()
      for (let at = 0, frame = 0; at < bytes.length; at += frameBytes, frame++) {
        const waitMs = startMs + frame * 20 - performance.now()
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
        if (ws.readyState === ws.OPEN) ws.send(bytes.subarray(at, at + frameBytes))
      }
    },
  }
}

export type End = Awaited<ReturnType<typeof end>>

/** A call of the house's own page, and the visitor's end of it. */
export async function visit(house: TestRelay, o: { agentId?: string; modality?: 'voice' | 'text' } = {}) {
  const opened = await house.ask('/api/web-calls', { method: 'POST', headers: ownPage(house.relay), json: { agentId: 'demo', ...o } })
  expect(opened.status).toBe(201)
  const { callId, mediaUrl } = (await opened.json()) as WebCall
  return { callId, visitor: await end(mediaUrl) }
}

export interface Taken {
  call: { id: string; ai: string; heldBy?: { id: string; name: string } }
  mediaUrl: string
  url: string
  expiresAt: string
}

/** An operator's hands on the API. */
export const operatorOf = (house: TestRelay, token: string) => {
  const act = async (method: string, path: string, json?: object) => {
    const answer = await house.ask(path, { method, token, ...(json ? { json } : {}) })
    return {
      status: answer.status,
      body: (await answer.json().catch(() => ({}))) as Taken & { code: string; detail: string; takeovers: unknown[] },
    }
  }
  return {
    act,
    takeOver: (callId: string, json: object = {}) => act('POST', `/api/calls/${callId}/takeover`, json),
    handBack: (callId: string, json: object = {}) => act('DELETE', `/api/calls/${callId}/takeover`, json),
    listen: (callId: string) => act('POST', `/api/calls/${callId}/listen`),
    takeovers: (callId: string) => act('GET', `/api/calls/${callId}/takeovers`),
  }
}
