/** The parts of a custom elements manifest that the reference shows. */
interface Named {
  name: string
  description?: string
}
interface Member extends Named {
  kind: 'field' | 'method'
  attribute?: string
  readonly?: boolean
  type?: { text: string }
  parameters?: { name: string; type?: { text: string }; optional?: boolean }[]
  return?: { type?: { text: string } }
}
interface Declaration extends Named {
  tagName?: string
  members?: Member[]
  attributes?: (Named & { fieldName: string; type?: { text: string } })[]
  events?: Named[]
  cssParts?: Named[]
  cssProperties?: Named[]
  cssStates?: Named[]
}
export interface Manifest {
  modules: { declarations?: Declaration[] }[]
}

/** The manifest for people, as Markdown. Throws when the element is not in it. */
export function referenceOf(manifest: Manifest): string {
  const element = manifest.modules.flatMap(({ declarations }) => declarations ?? []).find(({ tagName }) => tagName === 'voice-agent')
  if (!element) throw new Error('the manifest does not know <voice-agent>')
  const members = element.members ?? []
  const fields = members.filter(({ kind }) => kind === 'field')
  const methods = members.filter(({ kind }) => kind === 'method')
  return [
    '# `<voice-agent>`',
    `${element.description ?? ''} Made from the source by \`npm run build\`: do not edit.`,
    table(
      'Attributes',
      ['attribute', 'property', 'type', ''],
      (element.attributes ?? []).map((each) => [code(each.name), code(each.fieldName), typeOf(each), words(each)]),
    ),
    table(
      'Properties without an attribute',
      ['property', 'type', ''],
      fields
        .filter(({ attribute }) => !attribute)
        .map((each) => [code(each.name), typeOf(each), `${words(each)}${each.readonly ? ' Read-only.' : ''}`]),
    ),
    'Every method resolves to `{ok: true, …}` or `{ok: false, code, message, retryable}` and never rejects for an operational fault.',
    table(
      'Methods',
      ['method', ''],
      methods.map((each) => [code(`${each.name}(${parametersOf(each)})`), words(each)]),
    ),
    table(
      'Events',
      ['event', ''],
      (element.events ?? []).map((each) => [code(each.name), words(each)]),
    ),
    table(
      'States',
      ['state', ''],
      (element.cssStates ?? []).map((each) => [code(`:state(${each.name})`), words(each)]),
    ),
    table(
      'Parts',
      ['part', ''],
      (element.cssParts ?? []).map((each) => [code(`::part(${each.name})`), words(each)]),
    ),
    table(
      'Tokens',
      ['custom property', ''],
      (element.cssProperties ?? []).map((each) => [code(each.name), words(each)]),
    ),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
    .concat('\n')
}

const code = (text: string) => `\`${text}\``
const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const words = ({ description }: Named) => escaped(description ?? '')
const typeOf = ({ type }: { type?: { text: string } }) => (type ? code(escaped(type.text)) : '')
const parametersOf = ({ parameters }: Member) =>
  (parameters ?? [])
    .map(({ name, type, optional }) => `${name.replace(/^_/, '')}${optional ? '?' : ''}${type ? `: ${escaped(type.text)}` : ''}`)
    .join(', ')

function table(title: string, head: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
