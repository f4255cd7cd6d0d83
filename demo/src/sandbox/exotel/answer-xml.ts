import { readXml, type XmlNode } from '../carriers/xml.ts'

/** The verbs of the guide's answer. No paper of Exotel's own knows them. */
export type GuideVerb =
  | { verb: 'Say'; text: string }
  | { verb: 'Stream'; url: string; parameters: Record<string, string> }
  | { verb: 'Hangup' }

/** @throws Error for what the guide does not show */
export function readAnswer(xml: string): GuideVerb[] {
  const root = readXml(xml)
  if (root.name !== 'Response' || root.text) throw new Error(`expected <Response>, found <${root.name}>`)
  return root.children.map(verbOf)
}

function verbOf(node: XmlNode): GuideVerb {
  if (node.name === 'Say') return { verb: 'Say', text: node.text }
  if (node.name === 'Hangup') return { verb: 'Hangup' }
  const [stream, more] = node.children
  if (node.name !== 'Connect' || stream?.name !== 'Stream' || more) throw new Error(`<${node.name}> is not in the guide`)
  const { url } = stream.attributes
  if (url === undefined) throw new Error('<Stream> without a url')
  const parameters: Record<string, string> = {}
  for (const { name, attributes } of stream.children) {
    if (name !== 'Parameter' || attributes.name === undefined) throw new Error(`<${name}> cannot stand in <Stream>`)
    parameters[attributes.name] = attributes.value ?? ''
  }
  return { verb: 'Stream', url, parameters }
}
