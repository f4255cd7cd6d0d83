import { isLoopbackHost } from '../settings/kinds.ts'
import type { Settings } from '../settings.ts'

/** Where this relay is, as others see it. */
export interface Whereabouts {
  /** Known once the relay listens. */
  setPort(port: number): void
  port(): number
  url(): string
  /** Origins that may use an agent which lists none. */
  ownOrigins(): readonly string[]
  /** Origins whose pages are the console: the own ones and CONSOLE_ORIGINS. */
  consoleOrigins(): readonly string[]
  /** Base of media sockets, for a page that asked over `host`. */
  socketBase(host: string | undefined): string
}

/** `extraOrigins` count as own; `{port}` in them stands for the port. */
export function createWhereabouts(
  settings: Pick<Settings, 'port' | 'publicUrl' | 'access' | 'storage'>,
  extraOrigins: readonly string[],
): Whereabouts {
  let port = settings.port
  const url = () => settings.publicUrl ?? `http://localhost:${port}`
  const own = () => [new URL(url()).origin, ...extraOrigins.map((origin) => origin.replace('{port}', String(port)))]
  return {
    setPort(listening) {
      port = listening
    },
    port: () => port,
    url,
    ownOrigins: own,
    consoleOrigins: () => [...own(), ...(settings.access.CONSOLE_ORIGINS ?? [])],
    socketBase(host) {
      const base = settings.storage.INSTANCE_URL ?? settings.publicUrl
      if (base) return base.replace(/^http/, 'ws')
      // Nothing is configured: a page of this machine goes on under the name it already used, since its policy may know no other.
      const asked = host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
      const same = asked && isLoopbackHost(asked.hostname) && Number(asked.port || 80) === port
      return `ws://${same ? asked.host : `localhost:${port}`}`
    },
  }
}
