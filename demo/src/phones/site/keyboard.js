/** @import { Handset } from './handset/handset.js' */

const DIGIT = /^[0-9*#+]$/

/**
 * What a key of the computer's keyboard does; it acts on the phone that `pick` names. Keys that a field, a control or the system wants stay theirs.
 * @param {(want: 'ringing' | 'any') => Handset | undefined} pick
 * @param {() => boolean} enabled
 */
export function listenToKeys(pick, enabled) {
  addEventListener('keydown', (event) => {
    if (!enabled() || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return
    const key = event.key.toLowerCase()
    if (key === 'a') pick('ringing')?.answer()
    else if (key === 'd') pick('ringing')?.decline()
    else if (key === 'h') pick('any')?.hangUp()
    else if (key === 'm') pick('any')?.mute()
    else if (DIGIT.test(key)) pick('any')?.press(key)
    else if (key === 'backspace') pick('any')?.erase()
    else if (key === 'enter' && event.target === document.body) pick('any')?.dial()
    else return
    event.preventDefault()
  })
}

/** @param {EventTarget | null} target */
const isField = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
