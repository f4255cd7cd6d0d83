import type { createClient } from '@redis/client'
import { open, seal } from '../access/encryption.ts'

export type Redis = ReturnType<typeof createClient>

type Fields = Record<string, string>
type Listener = (payload: Buffer) => void

/** As much of Redis as Socket.IO's adapter asks for. */
export interface SealedRedis {
  /** Who asks whether it is there knows by it whose client this is; sharded channels are not used. */
  sSubscribe(): never
  on(event: string, listener: (error: unknown) => void): void
  connect(): Promise<unknown>
  disconnect(): void
  duplicate(): SealedRedis
  xAdd(stream: string, id: string, message: Fields, options: object): Promise<string>
  xRead(streams: readonly { key: string; id: string }[], options: object): Promise<{ messages: { id: string; message: Fields }[] }[] | null>
  publish(channel: string, payload: Buffer): Promise<unknown>
  /** How many relays hear a channel (`PUBSUB NUMSUB`). Never rejects: Socket.IO awaits it nowhere, and the process would end. */
  sendCommand(words: string[]): Promise<unknown>
  subscribe(channels: string[], listener: Listener, asBuffers: true): Promise<unknown>
}

const FAULT_PAUSE_MS = 250
/** What lies before the first entry of every stream. */
const BEGINNING = '0-0'

/**
 * Redis with sealed messages: rows of calls hold numbers and names, and Redis writes to disks of its own. Nobody who can only reach Redis
 * reads them, or makes one up.
 */
export function sealedRedis(client: Redis, o: { key: Uint8Array; onFault: (error: unknown) => void }): SealedRedis {
  const sealed = (place: string, plain: Uint8Array) => Buffer.from(seal(o.key, place, plain))
  const opened = (place: string, bytes: Uint8Array): Buffer | undefined => {
    try {
      return Buffer.from(open(o.key, place, bytes))
    } catch (error) {
      o.onFault(error)
      return undefined
    }
  }
  /** Where reading begins; asking for "from now on" again after each wait would lose what came between two waits. */
  let begunAt: string | undefined
  async function endOf(stream: string): Promise<string> {
    const last = await client.xRevRange(stream, '+', '-', { COUNT: 1 })
    return last?.[0]?.id ?? BEGINNING
  }
  async function read(key: string, id: string, options: object) {
    if (id === '$') begunAt ??= await endOf(key)
    const found = await client.xRead([{ key, id: id === '$' ? (begunAt ?? BEGINNING) : id }], options)
    if (found === null) return null
    return (found as { messages: { id: string; message: Fields }[] }[]).map(({ messages }) => ({
      messages: messages.map((entry) => {
        const plain = opened(key, Buffer.from(entry.message.sealed ?? '', 'base64'))
        return { id: entry.id, message: plain ? (JSON.parse(plain.toString()) as Fields) : {} }
      }),
    }))
  }

  return {
    sSubscribe() {
      throw new Error('sharded channels are not used')
    },
    on: (event, listener) => void client.on(event, listener),
    connect: () => client.connect(),
    disconnect() {
      if (client.isOpen) client.destroy()
    },
    // Who reads waits for Redis to come back, and then goes on from where it was.
    duplicate: () => sealedRedis(client.duplicate({ disableOfflineQueue: false }), o),
    xAdd: (stream, id, message, options) =>
      client.xAdd(stream, id, { sealed: sealed(stream, Buffer.from(JSON.stringify(message))).toString('base64') }, options),
    async xRead([stream], options) {
      if (!stream) return null
      try {
        return await read(stream.key, stream.id, options)
      } catch (error) {
        // Who asks asks again at once.
        await new Promise((resolve) => setTimeout(resolve, FAULT_PAUSE_MS))
        throw error
      }
    },
    publish: (channel, payload) => client.publish(channel, sealed(channel.split('#')[0] ?? '', payload)).catch(o.onFault),
    sendCommand: (words) =>
      client.sendCommand(words).catch((error: unknown) => {
        o.onFault(error)
        return ['', 0]
      }),
    subscribe: (channels, listener) =>
      client.subscribe(
        channels,
        (payload, channel) => {
          const plain = opened(channel.toString().split('#')[0] ?? '', payload)
          if (plain) listener(plain)
        },
        true,
      ),
  }
}
