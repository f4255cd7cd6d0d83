/** What REST says, in XML: each field an element, null an empty one. */
export function element(name: string, value: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(name, value)}`
}

function written(name: string, value: unknown): string {
  if (value === null || value === undefined) return `<${name}/>`
  if (Array.isArray(value)) return `<${name}>${value.map((each) => inner(each)).join('')}</${name}>`
  return `<${name}>${inner(value)}</${name}>`
}

function inner(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escaped(String(value))
  return Object.entries(value)
    .map(([name, each]) => written(name, each))
    .join('')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (found) => ENTITIES[found] ?? '')
