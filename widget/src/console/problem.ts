/** A refusal in words an operator can act on. */
export class ConsoleProblem extends Error {
  readonly code: string
  /** 0: nothing answered. */
  readonly status: number
  readonly errors: readonly { path: string; message: string }[]

  constructor(o: { code: string; status: number; message: string; errors?: readonly { path: string; message: string }[] }) {
    super(o.message)
    this.name = 'ConsoleProblem'
    this.code = o.code
    this.status = o.status
    this.errors = o.errors ?? []
  }
}

/** Said when the relay's own words are missing or would not help. */
const PLAIN: Record<string, string> = {
  unauthorized: 'You are signed out. Sign in again; the calls go on meanwhile.',
  internal: 'The relay failed at this. Try again; its log has the cause.',
}

/** What an answer that is not 2xx says. Reads its body. */
export async function problemOf(answer: Response): Promise<ConsoleProblem> {
  const body = (await answer.json().catch(() => ({}))) as { code?: unknown; detail?: unknown; errors?: unknown }
  const code = typeof body.code === 'string' ? body.code : 'internal'
  const detail = typeof body.detail === 'string' && body.detail !== '' ? body.detail : undefined
  const waitS = Number(answer.headers.get('Retry-After'))
  const said = PLAIN[code] ?? detail ?? `The relay answered ${answer.status}. Try again in a moment.`
  const message = code === 'rate_limited' && waitS > 0 ? `${said} You can try again in ${waitS} s.` : said
  return new ConsoleProblem({ code, status: answer.status, message, ...(Array.isArray(body.errors) ? { errors: body.errors } : {}) })
}

export const unreachable = (): ConsoleProblem =>
  new ConsoleProblem({
    code: 'unreachable',
    status: 0,
    message: 'The relay cannot be reached. Check the connection; the console goes on by itself when it is back.',
  })

/** Anything thrown → one sentence for people. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ConsoleProblem ? error.message : 'Something went wrong in this page. Load it anew, then try again.'
