import type { EngineContext } from '../calls/ports.ts'
import { pressKeys } from './key-menu.ts'
import { phrasesFor } from './offline/phrases.ts'
import { fillVariables } from './variables.ts'

/** What a language model's engine makes of pressed keys: words that are the owner's or the house's own, or a question to the model. */
export type KeyAnswer = { is: 'question'; text: string } | { is: 'own-words'; text: string; ends: boolean }

/** Own words come with their variables filled in; `ends`: they are the call's last. */
export function answerToKeys(
  { persona, language, variables }: Pick<EngineContext, 'persona' | 'language' | 'variables'>,
  digits: string,
): KeyAnswer {
  const key = pressKeys(persona.keyMenu, digits)
  const phrases = phrasesFor(language)
  const own = (text: string, ends = false): KeyAnswer => ({ is: 'own-words', text: fillVariables(text, variables), ends })
  switch (key.does) {
    case 'ask':
      return { is: 'question', text: key.question }
    case 'nothing':
      return { is: 'question', text: `(The visitor pressed ${digits} on the keypad.)` }
    case 'say':
      return own(key.text)
    case 'menu':
      return own(phrases.menu(persona.keyMenu))
    case 'end':
      return own(key.text ?? phrases.goodbye, true)
  }
}
