import type { Access } from './config.ts'
import { optimaFault } from './faults.ts'
import type { SocketClient } from './socket-client.ts'

/** Whose connection it is. */
export type Account = Pick<Access, 'origin' | 'token' | 'version'>
export const accountName = ({ origin, token, version }: Account) => `${origin} ${version} ${token}`

/** The Socket.IO connections of a house: one an account, shared by all its calls. */
export interface Clients {
  /** Made when it is not there, and anew when it was given up. @throws CarrierFault when the house closes */
  of(account: Account): SocketClient
  /** Closes those that carry no call and that nobody keeps. */
  tidy(keep: (account: Account) => boolean): void
  readonly size: number
  /** Every one of them, for good. */
  close(): void
}

export function createClients(make: (account: Account) => SocketClient): Clients {
  const clients = new Map<string, { account: Account; client: SocketClient }>()
  let closed = false
  return {
    of(account) {
      if (closed) throw optimaFault('unreachable')
      const name = accountName(account)
      const known = clients.get(name)?.client
      if (known && !known.over) return known
      const client = make(account)
      clients.set(name, { account, client })
      return client
    },
    tidy(keep) {
      for (const [name, { account, client }] of clients) {
        if (!client.over && (client.size > 0 || keep(account))) continue
        client.close()
        clients.delete(name)
      }
    },
    get size() {
      return clients.size
    },
    close() {
      closed = true
      for (const { client } of clients.values()) client.close()
      clients.clear()
    },
  }
}
