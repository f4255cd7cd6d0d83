/** What makes the service close a session: a close code and Google's words for it. */
export class Refusal extends Error {
  readonly code: number
  constructor(code: number, reason: string) {
    super(reason)
    this.code = code
  }
}

export const invalid = (reason: string): Refusal => new Refusal(1007, reason)
export const INTERNAL = 'Internal error encountered.'
export const QUOTA = 'RESOURCE_EXHAUSTED: You exceeded your current quota, please check your plan and billing details.'
