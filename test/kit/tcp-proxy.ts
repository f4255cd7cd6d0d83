import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire between page and relay that can be cut. */
export interface TcpProxy {
  readonly port: number
  /** Every connection breaks, and no new one gets through. */
  cut(): void
  /** Connections stay open and carry nothing, as when Wi-Fi is lost. */
  freeze(): void
  restore(): void
  close(): Promise<void>
}

/** `target` is asked at each connection, so that the proxy can stand before what it leads to. */
export async function openTcpProxy(target: () => number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let state: 'open' | 'cut' | 'frozen' = 'open'

  const server = createServer((near) => {
    if (state === 'cut') return near.destroy()
    const far = connect(target(), '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.on('data', (bytes) => {
        // What is sent into a frozen wire is lost with it.
        if (state === 'frozen') return
        if (!other.write(bytes)) one.pause()
      })
      other.on('drain', () => one.resume())
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        if (state !== 'frozen') other.destroy()
      })
    }
    return
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const breakAll = () => {
    for (const socket of open) socket.destroy()
  }

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      breakAll()
    },
    freeze() {
      state = 'frozen'
    },
    restore() {
      if (state === 'frozen') breakAll()
      state = 'open'
    },
    async close() {
      breakAll()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
