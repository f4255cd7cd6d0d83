import type { Context } from 'hono'
import type { Received } from '../request-log.ts'
import type { SandboxEnv } from '../world.ts'

export type Request = Context<SandboxEnv>

/** A request to the REST API, known and written down. */
export interface Job {
  form: URLSearchParams
  received: Received
}

/** Who asks, what was ordered to go wrong, and errors in Twilio's shape; then the work itself. */
export type Handled = (work: (c: Request, job: Job) => Response | Promise<Response>) => (c: Request) => Promise<Response>
