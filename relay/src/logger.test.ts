import { DrizzleQueryError } from 'drizzle-orm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callLogger, createLogger, maskNumber, redactLine } from './logger.ts'

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = []
  write(createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } }))
  return lines.join('')
}

describe('logger', () => {
  it('keeps rights and secrets out of every line', () => {
    const lines = logged((logger) => {
      logger.info({ authorization: 'Bearer abc.def', req: { headers: { authorization: 'Bearer q1w2', cookie: 'va=cook1e' } } }, 'head')
      logger.info({ url: '/media/c_1.kx9.s1gnature?after=3', password: 'passw0rd' }, 'wss://relay.example/media/t0ken opened')
      logger.warn({ path: '/api/telephony/webhook/ph_1/wh-s3cret' }, 'va_AbCdEfGhIjKlMnOpQrStUv and eyJhbGciOiJI.eyJzdWIiOi.c2lnbmF0dXJl')
      logger.error({ err: new Error('connect postgres://voice:hunter2@db.example/x failed') }, 'store')
    })
    for (const secret of 'abc.def q1w2 cook1e s1gnature passw0rd t0ken wh-s3cret AbCdEf c2lnbmF0 hunter2'.split(' '))
      expect(lines).not.toContain(secret)
    expect(lines).toContain('/media/•')
    expect(lines).toContain('/api/telephony/webhook/•')
  })

  it('quotes of a failed query the statement and the cause, never what it was given, however deep it lies', () => {
    const cause = Object.assign(new Error('the server is away'), { code: 'ECONNRESET', detail: 'Key (email)=(visible@person.example)' })
    const failed = new DrizzleQueryError('select * from users where email = $1', ['visible@person.example'], cause)
    const lines = logged((logger) => {
      logger.error({ err: failed }, 'request failed')
      logger.error({ err: new Error('could not sign in', { cause: failed }) }, 'request failed')
    })
    expect(lines).not.toContain('visible@person')
    for (const useful of ['select * from users', 'ECONNRESET', 'the server is away', 'could not sign in', 'logger.test.ts'])
      expect(lines).toContain(useful)
  })

  it('masks phone numbers but their country code and last two digits', () => {
    expect(maskNumber('+12025550101')).toBe('+1••••••••01')
    expect(maskNumber('+919000000001')).toBe('+91••••••••01')
    expect(maskNumber('+35312345678')).toBe('+353••••••78')
    const lines = logged((logger) => logger.info({ to: '919000000001', note: 'rang +12025550101.' }, 'call to +442071838750'))
    expect(lines).not.toMatch(/900000|202555|2071838/)
    expect(lines).toContain('"to":"+91••••••••01"')
  })

  it('keeps lines readable as JSON whatever they hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (message, bag) => {
        const line = logged((logger) => logger.info({ bag, path: `/media/${message}` }, message))
        expect(() => JSON.parse(line)).not.toThrow()
      }),
    )
  })

  it('does not touch what is no secret', () => {
    const line = '{"time":"2026-11-21T04:00:00.000Z","path":"/api/calls/c_1/transcript","ms":1732160000000}'
    expect(redactLine(line)).toBe(line)
  })

  it('marks a call’s lines with its id', () => {
    expect(logged((logger) => callLogger(logger, 'c_9').info('hello'))).toContain('"callId":"c_9"')
  })
})
