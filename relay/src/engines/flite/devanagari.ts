/**
 * Devanagari written in Latin letters as an English reader would speak them (नमस्ते → namastay). Flite knows English only: this makes
 * Hindi understandable with an English accent, no more. Written vowels are exact; the silent `a` of Hindi is dropped at a word's end.
 */

const VOWELS: Record<string, string> = {
  अ: 'a',
  आ: 'aa',
  इ: 'i',
  ई: 'ee',
  उ: 'u',
  ऊ: 'oo',
  ऋ: 'ri',
  ए: 'ay',
  ऐ: 'ai',
  ओ: 'o',
  औ: 'au',
  ऑ: 'o',
  ऍ: 'e',
}

const SIGNS: Record<string, string> = {
  'ा': 'aa',
  'ि': 'i',
  'ी': 'ee',
  'ु': 'u',
  'ू': 'oo',
  'ृ': 'ri',
  'े': 'ay',
  'ै': 'ai',
  'ो': 'o',
  'ौ': 'au',
  'ॉ': 'o',
  'ॅ': 'e',
}

const CONSONANTS: Record<string, string> = {
  क: 'k',
  ख: 'kh',
  ग: 'g',
  घ: 'gh',
  ङ: 'ng',
  च: 'ch',
  छ: 'chh',
  ज: 'j',
  झ: 'jh',
  ञ: 'ny',
  ट: 't',
  ठ: 'th',
  ड: 'd',
  ढ: 'dh',
  ण: 'n',
  त: 't',
  थ: 'th',
  द: 'd',
  ध: 'dh',
  न: 'n',
  प: 'p',
  फ: 'ph',
  ब: 'b',
  भ: 'bh',
  म: 'm',
  य: 'y',
  र: 'r',
  ल: 'l',
  ळ: 'l',
  व: 'v',
  श: 'sh',
  ष: 'sh',
  स: 's',
  ह: 'h',
}

const WITH_NUKTA: Record<string, string> = { क: 'k', ख: 'kh', ग: 'g', ज: 'z', ड: 'r', ढ: 'rh', फ: 'f', य: 'y' }
const NUKTA = '\u093c'
const VIRAMA = '\u094d'

const RUN = /\p{Script=Devanagari}+/gu

/** Every Devanagari run of the text in Latin letters; other characters stay. Danda becomes a full stop, digits become 0–9. */
export function romaniseDevanagari(text: string): string {
  return text
    .replace(/[०-९]/g, (digit) => String((digit.codePointAt(0) ?? 0) - 0x966))
    .replace(/[।॥]/g, '.')
    .normalize('NFD')
    .replace(RUN, word)
    .normalize('NFC')
}

function word(letters: string): string {
  const all = [...letters]
  let out = ''
  let vowels = 0
  for (let i = 0; i < all.length; i++) {
    const letter = all[i] ?? ''
    const nukta = all[i + 1] === NUKTA
    const consonant = (nukta ? WITH_NUKTA[letter] : undefined) ?? CONSONANTS[letter]
    if (consonant) {
      if (nukta) i++
      out += consonant
      const next = all[i + 1]
      if (next === VIRAMA) i++
      else if (next && SIGNS[next]) {
        out += SIGNS[next]
        vowels++
        i++
      } else if (i + 1 < all.length || vowels === 0) {
        out += 'a'
        vowels++
      }
    } else if (VOWELS[letter]) {
      out += VOWELS[letter]
      vowels++
    } else if (letter === 'ं' || letter === 'ँ') out += 'n'
    else if (letter === 'ः') out += 'h'
  }
  return out
}
