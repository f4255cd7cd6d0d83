import { EngineFailure } from '../faults.ts'

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** A vendor's base URL without a trailing slash. Throws when it is no URL, or neither https nor on loopback: the key goes there. */
export function serviceUrl(given: string): string {
  const url = URL.parse(given)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)))) {
    throw new Error(`A service URL must be https, except on loopback: ${url ? url.origin : 'not a URL'}`)
  }
  return given.replace(/\/+$/, '')
}

/** Enough for any answer; a server that sends more is not an LLM. */
const MAX_RESPONSE_BYTES = 4 << 20

/** fetch that follows no redirect (the key would go along) and reads no endless answer. Rejects with EngineFailure `malformed` beyond the limit. */
export function boundedFetch(service: string, maxBytes = MAX_RESPONSE_BYTES): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' })
    if (!response.body) return response
    let bytes = 0
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes > maxBytes) controller.error(new EngineFailure('malformed', `${service} sent more than ${maxBytes} bytes`))
        else controller.enqueue(chunk)
      },
    })
    const { status, statusText, headers } = response
    return new Response(response.body.pipeThrough(limit), { status, statusText, headers })
  }
}
