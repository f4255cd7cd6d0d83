/** An error as Twilio's REST API answers it. */
export class TwilioError extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  get body(): object {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    }
  }
}

export const unauthorized = (): TwilioError => new TwilioError(401, 20_003, 'Authenticate')
export const notFound = (path: string): TwilioError => new TwilioError(404, 20_404, `The requested resource ${path} was not found`)
export const tooMany = (): TwilioError => new TwilioError(429, 20_429, 'Too Many Requests')
export const serverError = (status = 500, message = 'An internal server error has occurred'): TwilioError =>
  new TwilioError(status, status === 429 ? 20_429 : 20_500, message)
export const notInProgress = (): TwilioError =>
  new TwilioError(400, 21_220, 'Call is not in-progress. Cannot redirect, or the status cannot be changed.')
export const wrong = (code: number, message: string): TwilioError => new TwilioError(400, code, message)
