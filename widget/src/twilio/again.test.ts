import { expect } from '@esm-bundle/chai'
import { type Asking, askAgain, type Outcome, REAL_TIME } from './again.ts'

/** The relay's answers in turn; an error is a connection that broke. Time passes only while it is waited for. */
async function asked(answers: (Response | Error)[], o: Partial<Asking<string>> = {}) {
  let atMs = 0
  const pauses: number[] = []
  let tries = 0
  const outcome = await askAgain({
    ask: async () => {
      const answer = answers[tries++]
      if (!answer || answer instanceof Error) throw answer ?? new Error('nobody answers')
      return answer
    },
    read: async (answer) => ((await answer.json()) as { word: string }).word,
    withinMs: 30_000,
    signal: new AbortController().signal,
    time: {
      nowMs: () => atMs,
      pause: async (ms) => {
        pauses.push(ms)
        atMs += ms
      },
    },
    ...o,
  })
  return { outcome, pauses, tries }
}
const good = () => Response.json({ word: 'yes' })
const refusal = (status: number, more: object = {}, headers = {}) =>
  Response.json({ code: 'rate_limited', detail: 'Wait.', ...more }, { status, headers })
const YES: Outcome<string> = { is: 'answered', words: 'yes' }

describe('asking the relay again', () => {
  it('waits longer each time, whatever went wrong', async () => {
    const answers = [new Error('offline'), new Response('<h1>Bad gateway</h1>', { status: 502 }), new Response('<h1>Hello</h1>'), good()]
    expect(await asked(answers)).to.deep.equal({ outcome: YES, pauses: [400, 800, 1_600], tries: 4 })
  })

  it('waits as long as it is asked to', async () => {
    const answers = [
      refusal(429, {}, { 'Retry-After': '2' }),
      refusal(503, { retryAfterMs: 5_000 }),
      refusal(429, { retryAfterMs: 1 }),
      good(),
    ]
    expect(await asked(answers)).to.deep.equal({ outcome: YES, pauses: [2_000, 5_000, 1_600], tries: 4 })
  })

  it('asks once where asking again helps nobody', async () => {
    const answers = [refusal(400, { code: 'invalid_request', detail: 'No.' }), good()]
    expect(await asked(answers)).to.deep.equal({
      outcome: { is: 'refused', code: 'invalid_request', detail: 'No.', retryable: false },
      pauses: [],
      tries: 1,
    })
  })

  it('gives up when the time is over, and never waits beyond it', async () => {
    const { outcome, pauses } = await asked([])
    expect(outcome).to.deep.equal({ is: 'refused', code: 'network', detail: '', retryable: true })
    expect(pauses.reduce((all, ms) => all + ms)).to.be.within(28_000, 30_000)
    const late = await asked([refusal(429, {}, { 'Retry-After': '60' }), good()])
    expect(late).to.deep.equal({ outcome: { is: 'refused', code: 'rate_limited', detail: 'Wait.', retryable: true }, pauses: [], tries: 1 })
  })

  it('leaves off at once when it is stopped amid a pause', async () => {
    const stop = new AbortController()
    const left = REAL_TIME.pause(60_000, stop.signal)
    stop.abort()
    await left
    await REAL_TIME.pause(60_000, stop.signal)
  })

  it('asks nobody once it was stopped', async () => {
    expect(await asked([good()], { signal: AbortSignal.abort() })).to.deep.equal({ outcome: { is: 'stopped' }, pauses: [], tries: 0 })
  })
})
