/** Google's error body, as plain JSON or inside a stream. */
export interface GeminiError {
  http: number
  body: { error: { code: number; message: string; status: string; details?: unknown[] } }
  retryAfterS?: number
}

const STATUS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

export function geminiError(http: number, message: string, details?: unknown[]): GeminiError {
  return { http, body: { error: { code: http, message, status: STATUS[http] ?? 'UNKNOWN', ...(details && { details }) } } }
}

/** A wrong key is a 400 at Google, not a 401. */
export const invalidKey = () =>
  geminiError(400, 'API key not valid. Please pass a valid API key.', [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'generativelanguage.googleapis.com' },
    },
  ])

export const missingKey = () =>
  geminiError(
    403,
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  )

export const unauthenticated = () => geminiError(401, 'Request had invalid authentication credentials.')

export function exhausted(retryAfterMs: number): GeminiError {
  const seconds = Math.ceil(retryAfterMs / 1000)
  const error = geminiError(429, `You exceeded your current quota. Please retry in ${seconds}s.`, [
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` },
  ])
  return { ...error, retryAfterS: seconds }
}
