import type { HouseKeys } from '../access/house-keys.ts'
import type { HttpSpec, ToolSpec } from './tool-spec.ts'

type Secrets = Pick<HouseKeys, 'sealSecret' | 'openSecret'>
type Header = NonNullable<HttpSpec['headers']>[string]
export interface Fault {
  path: string
  message: string
}

/**
 * Seals the header values that were given as text. One that is null keeps what `before` holds for the same tool, header and origin: a secret
 * never follows a URL that was changed to another server.
 */
export function sealToolSecrets(o: { tools: readonly ToolSpec[]; before: readonly ToolSpec[]; agentId: string; secrets: Secrets }): {
  tools: ToolSpec[]
  faults: Fault[]
} {
  const faults: Fault[] = []
  const tools = o.tools.map((tool, place) =>
    withHeaders(tool, (name, value) => {
      const where = placeOf(o.agentId, tool, name)
      if (typeof value === 'string') return { sealed: Buffer.from(o.secrets.sealSecret(value, where)).toString('base64') }
      const stored = storedOf(o.before, tool, name)
      // A sealed value comes back only as part of a persona that was stored; anything else is made up.
      if (stored !== undefined && (value === null || value.sealed === stored.sealed)) return stored
      faults.push({ path: `tools.${place}.http.headers.${name}`, message: 'has no value stored for this tool and server: give it one' })
      return null
    }),
  )
  return { tools, faults }
}

/** Headers as text, for the request alone. @throws when a value was stored for another agent, tool, header or server */
export function openToolSecrets(agentId: string, tool: ToolSpec, secrets: Secrets): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tool.http?.headers ?? {}).flatMap(([name, value]) => {
      if (value === null) return []
      const text = typeof value === 'string' ? value : secrets.openSecret(Buffer.from(value.sealed, 'base64'), placeOf(agentId, tool, name))
      return [[name, text]]
    }),
  )
}

/** As owners see it: header names, no values. */
export function maskToolSecrets(tools: readonly ToolSpec[]) {
  return tools.map((tool) => {
    if (!tool.http) return { ...tool, http: undefined }
    const { headers, ...http } = tool.http
    const masked = headers && Object.fromEntries(Object.keys(headers).map((name) => [name, null]))
    return { ...tool, http: masked ? { ...http, headers: masked } : http }
  })
}

function withHeaders(tool: ToolSpec, change: (name: string, value: Header) => Header): ToolSpec {
  if (!tool.http?.headers) return tool
  const headers = Object.fromEntries(Object.entries(tool.http.headers).map(([name, value]) => [name, change(name, value)]))
  return { ...tool, http: { ...tool.http, headers } }
}

function storedOf(before: readonly ToolSpec[], tool: ToolSpec, name: string): { sealed: string } | undefined {
  const same = before.find((each) => each.name === tool.name && originOf(each) === originOf(tool))
  const [, value] = Object.entries(same?.http?.headers ?? {}).find(([each]) => each.toLowerCase() === name.toLowerCase()) ?? []
  return typeof value === 'object' && value !== null ? value : undefined
}

const placeOf = (agentId: string, tool: ToolSpec, header: string) =>
  JSON.stringify(['tool header', agentId, tool.name, header.toLowerCase(), originOf(tool)])

function originOf(tool: ToolSpec): string {
  const url = tool.http?.url ?? ''
  return URL.canParse(url) ? new URL(url).origin : ''
}
