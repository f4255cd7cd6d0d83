/** Numbers as people read and type them. The network wants E.164. */

const NORTH_AMERICA = /^\+1(\d{3})(\d{3})(\d{4})$/
const INDIA = /^\+91(\d{5})(\d{5})$/

/** @param {string} number */
export function readable(number) {
  const parts = NORTH_AMERICA.exec(number) ?? INDIA.exec(number)
  if (!parts) return number
  const [, ...groups] = parts
  return [number.startsWith('+1') ? '+1' : '+91', ...groups].join(' ')
}

/**
 * What was typed as a number that can be dialled; undefined when it is none. Ten digits alone are of the country of the phone itself.
 * @param {string} typed
 * @param {string} own the phone's own number
 */
export function dialable(typed, own) {
  const bare = typed.replace(/[\s().-]/g, '').replace(/^00/, '+')
  const home = own.startsWith('+91') ? '+91' : '+1'
  const full = /^\d{10}$/.test(bare) ? home + bare : /^\d{11,15}$/.test(bare) ? `+${bare}` : bare
  return /^\+[1-9]\d{6,14}$/.test(full) ? full : undefined
}

/** @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
