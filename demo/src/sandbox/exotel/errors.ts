import { element } from './xml-answer.ts'

/** An error as Exotel's REST API answers it. */
export class ExotelError extends Error {
  readonly status: number
  readonly code: number
  readonly retryAfterS: number | undefined
  constructor(status: number, code: number, message: string, retryAfterS?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterS = retryAfterS
  }

  get body(): object {
    return { RestException: { Status: this.status, Message: this.message, Code: this.code } }
  }

  get xml(): string {
    return element('TwilioResponse', this.body)
  }
}

/** Codes are examples: the real ones are in no public paper. */
export const unauthorized = (): ExotelError => new ExotelError(401, 34_000, 'Authentication failed')
export const wrong = (message: string): ExotelError => new ExotelError(400, 34_001, message)
export const notAllowed = (message: string): ExotelError => new ExotelError(403, 34_010, message)
export const notFound = (): ExotelError => new ExotelError(404, 34_004, 'The requested resource was not found')
export const tooMany = (retryAfterS = 60): ExotelError => new ExotelError(429, 34_029, 'Too Many Requests', retryAfterS)
export const serverError = (status = 500, message = 'Internal Server Error'): ExotelError => new ExotelError(status, 34_500, message)
