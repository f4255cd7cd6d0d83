/** OpenAI's error body. */
export interface OpenAiError {
  http: number
  body: { error: { message: string; type: string; param: string | null; code: string | null } }
  retryAfterMs?: number
}

export function openAiError(http: number, message: string, more: { type?: string; param?: string; code?: string } = {}): OpenAiError {
  const type = more.type ?? (http >= 500 ? 'server_error' : 'invalid_request_error')
  return { http, body: { error: { message, type, param: more.param ?? null, code: more.code ?? null } } }
}

export const wrongKey = () => openAiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' })

export const missingKey = () => openAiError(401, "You didn't provide an API key in an Authorization header using Bearer auth.")

export const rateLimited = (retryAfterMs: number): OpenAiError => ({
  ...openAiError(429, 'You exceeded your current quota, please check your plan and billing details.', {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  }),
  retryAfterMs,
})
