import { isHeaderValue, isOwnHeader } from '../access/guarded-fetch.ts'
import { checkUrl } from '../access/guarded-url.ts'
import { argumentCheck } from '../calls/tools/arguments.ts'
import { hasStrayBraces, placeholdersOf } from '../calls/tools/request.ts'
import type { Fault } from './tool-secrets.ts'
import type { HttpSpec, ToolSpec } from './tool-spec.ts'

const HOST = /^(\*\.)?([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/i

/** What cannot work about an agent's tools, found when they are stored and not in a call. */
export function toolFaults(tools: readonly ToolSpec[], privateHosts: readonly string[]): Fault[] {
  return tools.flatMap((tool, place) => {
    const at = (path: string, message: string): Fault => ({ path: `tools.${place}.${path}`, message })
    const twice = tools.findIndex((each) => each.name === tool.name) !== place
    return [
      ...(twice ? [at('name', 'is the name of another tool')] : []),
      ...schemaFaults(tool).map((message) => at('parameters', message)),
      ...(tool.http ? httpFaults(tool.http, tool.parameters, privateHosts).map(({ path, message }) => at(`http.${path}`, message)) : []),
    ]
  })
}

function schemaFaults({ parameters }: ToolSpec): string[] {
  if (parameters.type !== undefined && parameters.type !== 'object') return ['must be a JSON Schema of type object']
  try {
    argumentCheck(parameters)
    return []
  } catch (error) {
    return [`is a JSON Schema that is not understood: ${error instanceof Error ? error.message : 'unknown'}`]
  }
}

function httpFaults(http: HttpSpec, parameters: Record<string, unknown>, privateHosts: readonly string[]): Fault[] {
  const checked = checkUrl(http.url, { privateHosts, allowedHosts: http.allowedHosts })
  const required = Array.isArray(parameters.required) ? parameters.required : []
  const missing = placeholdersOf(http.url).filter((name) => !required.includes(name))
  return [
    ...(checked.ok ? [] : [{ path: 'url', message: checked.problem }]),
    ...(hasStrayBraces(http.url) ? [{ path: 'url', message: 'may hold {name} in its path only' }] : []),
    ...missing.map((name) => ({ path: 'url', message: `wants ${name}, which is not among the required parameters` })),
    ...(http.allowedHosts ?? []).flatMap((host, place) =>
      HOST.test(host) ? [] : [{ path: `allowedHosts.${place}`, message: 'must be a host such as api.example.com or *.example.com' }],
    ),
    ...headerFaults(http.headers ?? {}),
  ]
}

function headerFaults(headers: NonNullable<HttpSpec['headers']>): Fault[] {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  return Object.entries(headers).flatMap(([name, value], place) => {
    const path = `headers.${name}`
    if (place >= 20) return [{ path: 'headers', message: 'must be at most 20' }]
    if (!isOwnHeader(name)) return [{ path, message: 'is not a header that can be set' }]
    if (names.indexOf(name.toLowerCase()) !== place) return [{ path, message: 'is given twice' }]
    if (typeof value === 'string' && !isHeaderValue(value)) return [{ path, message: 'must be printable ASCII without line ends' }]
    return []
  })
}
