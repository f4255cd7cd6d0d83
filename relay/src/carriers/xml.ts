type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A piece of XML that is well-formed already. */
export type Xml = string & { readonly xml: unique symbol }

/** Attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, ...children: readonly (Xml | undefined)[]): Xml {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('')
  const inside = children.filter((child) => child !== undefined).join('')
  return (inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`) as Xml
}

export const text = (content: string) => escaped(content) as Xml

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Line ends as numbers, because readers turn them into spaces in attributes. What XML cannot hold at all is left out. */
function escaped(content: string): string {
  return content
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
