/** @import { Passing } from '../../wire.ts' */

/**
 * A line of the strip. Sound is counted, not listed: pieces that follow one another in one direction are one row.
 * @typedef {object} Row
 * @property {number} key
 * @property {string} callId
 * @property {number} atMs since the call's first message
 * @property {'relay' | 'carrier'} from
 * @property {string} name without the count
 * @property {number} count 0: not counted
 * @property {string | undefined} body
 */

/** Older rows are dropped. */
export const MOST_ROWS = 200
/** Counted even when they come alone: they come with all sound. */
const WITH_SOUND = new Set(['media', 'mark'])
const LONGEST_GIST = 16
const LONG_ID = /[0-9a-f]{20,}/gi
const COUNTED = /^(.*?)\s*×\s*(\d+)$/

export class Rows {
  /** @type {Row[]} */
  all = []
  #next = 0
  #callId = ''
  #startMs = 0

  /**
   * @param {Passing} message
   * @returns {Row} the row that is new, or that has changed
   */
  add(message) {
    if (message.callId !== this.#callId) {
      this.#callId = message.callId
      this.#startMs = message.atMs
    }
    const [, name = message.name, counted] = COUNTED.exec(message.name) ?? []
    const count = counted ? Number(counted) : WITH_SOUND.has(message.name) ? 1 : 0
    const same = count ? this.#counting(message.from, name) : undefined
    if (same) {
      same.count += count
      return same
    }
    this.#next += 1
    const row = {
      key: this.#next,
      callId: message.callId,
      atMs: message.atMs - this.#startMs,
      from: message.from,
      name,
      count,
      body: message.body,
    }
    this.all.push(row)
    if (this.all.length > MOST_ROWS) this.all.shift()
    return row
  }

  clear() {
    this.all = []
  }

  /**
   * The row that counts this already: only counted rows of the same call may stand after it.
   * @param {'relay' | 'carrier'} from
   * @param {string} name
   */
  #counting(from, name) {
    for (let at = this.all.length - 1; at >= 0; at -= 1) {
      const row = this.all[at]
      if (!row || row.callId !== this.#callId || row.count === 0) return undefined
      if (row.from === from && row.name === name) return row
    }
    return undefined
  }
}

/**
 * The word of a body that people look for: the call's status, the key that was pressed. Empty when there is none.
 * @param {string | undefined} body
 */
export function gist(body) {
  try {
    const { CallStatus, StreamEvent, RecordingStatus, AnsweredBy, dtmf } = JSON.parse(body ?? '{}')
    const word = CallStatus ?? StreamEvent ?? RecordingStatus ?? AnsweredBy ?? dtmf?.digit
    return typeof word === 'string' && word.length <= LONGEST_GIST ? word : ''
  } catch {
    return ''
  }
}

/**
 * A name that fits a line: without long ids.
 * @param {string} name
 */
export const shortName = (name) => name.replace(LONG_ID, '…')

/**
 * A body for reading: JSON with its lines, a form with a field a line, anything else as it is.
 * @param {string} body
 */
export function readableBody(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    if (!/^[\w.%+-]+=[^<>\s]*$/.test(body)) return body
    return [...new URLSearchParams(body)].map(([name, value]) => `${name} = ${value}`).join('\n')
  }
}
