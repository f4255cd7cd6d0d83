import { element, text, type Xml } from '../xml.ts'

/** What we tell Twilio to do with a call. Each function gives a whole document. */

const document = (...verbs: readonly (Xml | undefined)[]) => `<?xml version="1.0" encoding="UTF-8"?>${element('Response', {}, ...verbs)}`

const redirect = (url: string) => element('Redirect', { method: 'POST' }, text(url))

const parametersOf = (parameters: Readonly<Record<string, string>>) =>
  Object.entries(parameters).map(([name, value]) => element('Parameter', { name, value }))

/**
 * The call's sound comes to our socket and ours goes to the call. When the socket closes, `afterwards` is asked what to do next, so that a socket that
 * broke gets another; without it the call is hung up. `url` keeps no query string.
 */
export function streamTwiml(o: {
  url: string
  parameters?: Readonly<Record<string, string>>
  statusCallback?: string
  afterwards?: string
}): string {
  const stream = element(
    'Stream',
    { url: o.url, statusCallback: o.statusCallback, statusCallbackMethod: o.statusCallback && 'POST' },
    ...parametersOf(o.parameters ?? {}),
  )
  const next = o.afterwards === undefined ? element('Hangup', {}) : redirect(o.afterwards)
  return document(element('Connect', {}, stream), next)
}

/** Twilio hears and speaks, and our socket gets words. `attributes` in Twilio's own spelling (`ttsProvider`, `welcomeGreeting` …). */
export function relayTwiml(o: {
  /** Another carrier's name for it. */
  noun?: string
  url: string
  /** Told when the session is over; its answer goes on with the call. */
  action: string
  attributes?: Readonly<Record<string, string | number | boolean>>
  languages?: readonly Readonly<{ code: string } & Record<string, string>>[]
  parameters?: Readonly<Record<string, string>>
}): string {
  const languages = (o.languages ?? []).map((language) => element('Language', language))
  const relay = element(o.noun ?? 'ConversationRelay', { ...o.attributes, url: o.url }, ...languages, ...parametersOf(o.parameters ?? {}))
  return document(element('Connect', { action: o.action, method: 'POST' }, relay))
}

/** @param language BCP 47 */
export function sayTwiml(words: string, language?: string): string {
  return document(element('Say', { language }, text(words)), element('Hangup', {}))
}

/** `url`: https, fetched by Twilio. */
export function playTwiml(url: string): string {
  return document(element('Play', {}, text(url)), element('Hangup', {}))
}

export function rejectTwiml(reason: 'rejected' | 'busy'): string {
  return document(element('Reject', { reason }))
}

/** It asks there what to do. */
export function redirectTwiml(url: string): string {
  return document(redirect(url))
}

export function hangUpTwiml(): string {
  return document(element('Hangup', {}))
}

/** Rings another phone and joins it with the call, which ends with it. `action` is told how that went, and its answer goes on with the call. */
export function dialTwiml(o: {
  number: string
  callerId: string
  action: string
  answerWithinMs: number
  /** What the one who waits hears first. */
  say?: { words: string; language?: string }
  maxDurationMs?: number
  record?: { callback: string }
  /** Told each status of the other phone. */
  status?: string
}): string {
  const dial = element(
    'Dial',
    {
      action: o.action,
      method: 'POST',
      timeout: seconds(o.answerWithinMs),
      callerId: o.callerId,
      answerOnBridge: true,
      timeLimit: o.maxDurationMs === undefined ? undefined : seconds(o.maxDurationMs),
      record: o.record && 'record-from-answer-dual',
      recordingStatusCallback: o.record?.callback,
      recordingStatusCallbackMethod: o.record && 'POST',
    },
    element(
      'Number',
      {
        statusCallback: o.status,
        statusCallbackEvent: o.status && 'initiated ringing answered completed',
        statusCallbackMethod: o.status && 'POST',
      },
      text(o.number),
    ),
  )
  return document(o.say && element('Say', { language: o.say.language }, text(o.say.words)), dial)
}

/**
 * Meets others in a conference that nobody finds who was not told its name. `afterwards` is asked once this one has left it and lives; without it
 * the call is hung up.
 */
export function conferenceTwiml(o: {
  name: string
  /** Told of whoever comes and goes. */
  status: string
  /** How who is called so is named in what is told. */
  label: string
  /** It ends for all when this one leaves. */
  endsIt: boolean
  afterwards?: string
}): string {
  const conference = element(
    'Conference',
    {
      participantLabel: o.label,
      beep: false,
      startConferenceOnEnter: true,
      endConferenceOnExit: o.endsIt,
      statusCallback: o.status,
      statusCallbackEvent: 'start end join leave',
      statusCallbackMethod: 'POST',
    },
    text(o.name),
  )
  const next = o.afterwards === undefined ? element('Hangup', {}) : redirect(o.afterwards)
  return document(element('Dial', {}, conference), next)
}

/** Presses keys, then asks `back` what to do next. */
export function digitsTwiml(digits: string, back: string): string {
  return document(element('Play', { digits }), redirect(back))
}

/** Twilio counts in whole seconds, and takes no zero. */
export const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
