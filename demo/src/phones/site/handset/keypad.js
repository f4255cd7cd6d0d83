/** @type {[digit: string, letters: string][]} */
const KEYS = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
]
/** @type {Record<string, string>} */
const NAMES = { '*': 'star', '#': 'pound' }
const LONG_PRESS_MS = 500
const LIT_MS = 160

/**
 * Fills a place with the twelve keys of a phone. A long press on 0 is a +.
 * @param {HTMLElement} place
 * @param {(digit: string) => void} press
 */
export function fillKeypad(place, press) {
  for (const [digit, letters] of KEYS) {
    const key = document.createElement('button')
    key.type = 'button'
    key.className = 'key'
    key.dataset.digit = digit
    // The letters are drawn by the style sheet: a key is called by its digit alone.
    key.dataset.letters = letters
    if (NAMES[digit]) key.setAttribute('aria-label', NAMES[digit])
    const sign = document.createElement('span')
    sign.className = 'digit'
    sign.textContent = digit
    key.append(sign)
    if (digit === '0')
      longPress(
        key,
        () => press('+'),
        () => press('0'),
      )
    else key.addEventListener('click', () => press(digit))
    place.append(key)
  }
}

/**
 * Shows a key that was pressed on the computer's keyboard.
 * @param {HTMLElement} place
 * @param {string} digit
 */
export function lightKey(place, digit) {
  const key = place.querySelector(`[data-digit="${CSS.escape(digit)}"]`)
  key?.classList.add('lit')
  setTimeout(() => key?.classList.remove('lit'), LIT_MS)
}

/**
 * @param {HTMLElement} key
 * @param {() => void} long
 * @param {() => void} short
 */
function longPress(key, long, short) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let wasLong = false
  key.addEventListener('pointerdown', () => {
    wasLong = false
    timer = setTimeout(() => {
      wasLong = true
      long()
    }, LONG_PRESS_MS)
  })
  for (const end of ['pointerup', 'pointerleave', 'pointercancel']) key.addEventListener(end, () => clearTimeout(timer))
  key.addEventListener('click', () => {
    if (!wasLong) short()
    wasLong = false
  })
}
