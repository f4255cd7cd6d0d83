import type { Persona } from '../agents/persona.ts'

type Item = Persona['keyMenu'][number]

/** What a key does for every engine alike: an owner who writes a sentence for a key gets that sentence. */
export type KeyPress =
  | { does: 'say'; text: string }
  | { does: 'ask'; question: string }
  | { does: 'menu' }
  | { does: 'end'; text: string | undefined }
  | { does: 'nothing' }

/** Looks digits up in the menu. An item without words of its own asks its label; more than one digit is no menu choice. */
export function pressKeys(menu: readonly Item[], digits: string): KeyPress {
  const item = menu.find(({ digit }) => digit === digits.trim())
  if (!item) return { does: 'nothing' }
  switch (item.action) {
    case 'menu':
      return { does: 'menu' }
    case 'end':
      return { does: 'end', text: item.say }
    case 'say':
      return item.say === undefined ? { does: 'ask', question: item.label } : { does: 'say', text: item.say }
  }
}
