/** @import { FromNetwork, ToNetwork } from '../wire.ts' */

const TRY_AGAIN_MS = 1500
const HEADER_BYTES = 1

/** The page's line to the phone network; it comes back by itself. */
export class Line {
  #url
  #on
  /** @type {WebSocket | undefined} */
  #socket

  /**
   * @param {string} url
   * @param {{ message: (message: FromNetwork) => void, sound: (handset: number, frame: ArrayBuffer) => void, up: (up: boolean) => void }} on
   */
  constructor(url, on) {
    this.#url = url
    this.#on = on
  }

  open() {
    const socket = new WebSocket(this.#url)
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.onopen = () => this.#on.up(true)
    socket.onmessage = ({ data }) => this.#take(data)
    socket.onclose = () => {
      this.#on.up(false)
      setTimeout(() => this.open(), TRY_AGAIN_MS)
    }
  }

  /**
   * @param {ToNetwork} message
   * @returns {boolean} whether there is a network to hear it
   */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(message))
    return true
  }

  /**
   * @param {number} handset
   * @param {ArrayBuffer} frame
   */
  say(handset, frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    const piece = new Uint8Array(HEADER_BYTES + frame.byteLength)
    piece[0] = handset
    piece.set(new Uint8Array(frame), HEADER_BYTES)
    this.#socket.send(piece)
  }

  /** @param {string | ArrayBuffer} data */
  #take(data) {
    if (typeof data === 'string') return this.#on.message(JSON.parse(data))
    const [handset] = new Uint8Array(data, 0, HEADER_BYTES)
    // A frame has whole samples; what has not is none.
    if (handset !== undefined && data.byteLength % 2 === 1) this.#on.sound(handset, data.slice(HEADER_BYTES))
  }
}
