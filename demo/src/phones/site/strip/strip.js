import { parts } from '../parts.js'
import { gist, MOST_ROWS, Rows, readableBody, shortName } from './rows.js'

/**
 * @import { Passing } from '../../wire.ts'
 * @import { Row } from './rows.js'
 */

const SECOND = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const COUNT = new Intl.NumberFormat('en')
/** So near to the end a reader is following. */
const NEAR_PX = 24

/** What the relay and the carrier say to each other about one handset, as it passes. */
export class Strip {
  #rows = new Rows()
  #part
  /** @type {Map<number, HTMLLIElement>} */
  #lines = new Map()
  /** @type {Passing[]} */
  #held = []
  #paused = false

  /**
   * @param {HTMLElement} root
   * @param {string} owner
   */
  constructor(root, owner) {
    this.#part = parts(root)
    // Scrolled by keys, too.
    this.#part.get('rows').tabIndex = 0
    this.#part.get('rows').setAttribute('aria-label', `Messages about ${owner}`)
    this.#part.get('pause').addEventListener('click', () => this.#pause(!this.#paused))
    this.#say()
  }

  /** @param {Passing} message */
  add(message) {
    if (this.#paused) {
      this.#held.push(message)
      if (this.#held.length > MOST_ROWS) this.#held.shift()
      return this.#say()
    }
    this.#show(message)
  }

  /** @param {Passing} message */
  #show(message) {
    const box = this.#part.get('rows')
    const follows = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX
    this.#part.get('empty').hidden = true
    const row = this.#rows.add(message)
    const line = this.#lines.get(row.key)
    if (line) what(parts(line), row)
    else this.#append(row)
    if (follows) box.scrollTop = box.scrollHeight
  }

  /** @param {Row} row */
  #append(row) {
    const list = this.#part.get('list')
    const before = this.#rows.all.at(-2)
    const line = parts.clone('row')
    line.dataset.from = row.from
    if (before && before.callId !== row.callId) line.dataset.first = ''
    const part = parts(line)
    part.text('at', SECOND.format(row.atMs / 1000))
    part.text('way', row.from === 'relay' ? 'relay to carrier:' : 'carrier to relay:')
    what(part, row)
    part.text('gist', gist(row.body))
    if (row.body) part.text('body', readableBody(row.body))
    else line.dataset.plain = ''
    list.append(line)
    this.#lines.set(row.key, /** @type {HTMLLIElement} */ (line))
    for (const key of this.#lines.keys()) {
      if (this.#lines.size <= MOST_ROWS) break
      this.#lines.get(key)?.remove()
      this.#lines.delete(key)
    }
  }

  /** @param {boolean} paused */
  #pause(paused) {
    this.#paused = paused
    if (!paused) for (const message of this.#held.splice(0)) this.#show(message)
    this.#say()
  }

  #say() {
    const waiting = this.#held.length ? ` (${this.#held.length})` : ''
    this.#part.text('pause', this.#paused ? `Go on${waiting}` : 'Pause')
    this.#part.get('pause').setAttribute('aria-pressed', String(this.#paused))
  }
}

/**
 * @param {ReturnType<typeof parts>} part
 * @param {Row} row
 */
function what(part, row) {
  const name = shortName(row.name)
  part.text('what', row.count ? `${name} × ${COUNT.format(row.count)}` : name)
  if (name !== row.name) part.get('what').title = row.name
}
