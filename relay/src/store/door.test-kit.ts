import { connect, createServer, type Socket } from 'node:net'

/** A door before a server on this machine: shut, it cuts every connection and takes none. */
export interface Door {
  readonly port: number
  shut(): void
  open(): void
  /** How many have knocked since it was shut. */
  knocks(): number
  close(): Promise<void>
}

export async function buildDoor(targetPort: number): Promise<Door> {
  const peers = new Set<Socket>()
  let shut = false
  let knocks = 0
  const server = createServer((outer) => {
    outer.on('error', () => undefined)
    if (shut) {
      knocks += 1
      // As a dead host's kernel answers.
      outer.resetAndDestroy()
      return
    }
    const inner = connect(targetPort, '127.0.0.1')
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      peers.add(one)
      one.pipe(other)
      one.on('error', () => undefined)
      one.on('close', () => {
        peers.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const peer of peers) peer.destroy()
  }
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The door has no port.')
  return {
    port: address.port,
    shut() {
      shut = true
      knocks = 0
      cut()
    },
    open() {
      shut = false
    },
    knocks: () => knocks,
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
