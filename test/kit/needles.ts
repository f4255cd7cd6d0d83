import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Looks for words as bytes in every file under a folder, in the forms that software writes them. */
export function filesWith(dir: string, needles: readonly string[]): string[] {
  return needles.flatMap((needle) => filesHolding(dir, forms(needle)).map((path) => `${path}: ${needle}`))
}

/** Files under a folder that hold any of these byte strings. */
export function filesHolding(dir: string, wanted: readonly Buffer[]): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readIfThere(path)
      return wanted.some((each) => bytes.includes(each))
    })
}

function forms(needle: string): Buffer[] {
  const plain = Buffer.from(needle, 'utf8')
  // Base64 of a longer text holds the needle's own base64 at one of three offsets, without its ends.
  const shifted = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift, 0x20), plain]).toString('base64'))
  const base64 = shifted.map((text, shift) => Buffer.from(text.slice(shift === 0 ? 0 : shift + 1, -4)))
  return [
    plain,
    Buffer.from(needle, 'utf16le'),
    Buffer.from(plain.toString('hex')),
    Buffer.from(encodeURIComponent(needle)),
    ...base64,
  ].filter(({ length }) => length > 5)
}

/** Databases remove files while one looks. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
