import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import { type Node, type Verb, VerbError, verbOf } from './verb.ts'

/** What is wrong with a document that was to tell Twilio what to do, with Twilio's number for it. */
export class TwimlError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The verbs of a document, in order.
 * @throws TwimlError 12100 for what is no XML, 12200 for what is no TwiML
 */
export function readTwiml(xml: string): Verb[] {
  const root = parse(xml)
  if (root.name !== 'Response') throw new TwimlError(12_200, `Expected <Response>, found <${root.name}>`)
  if (root.text) throw new TwimlError(12_200, 'Text between the verbs')
  try {
    return root.children.map(verbOf)
  } catch (error) {
    if (error instanceof VerbError) throw new TwimlError(12_200, error.message)
    throw error
  }
}

function parse(xml: string): Node {
  try {
    const { documentElement } = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml.trim(), 'text/xml')
    if (!documentElement) throw new Error('empty')
    return plain(documentElement)
  } catch (error) {
    throw new TwimlError(12_100, `Document parse failure: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function plain(element: Element): Node {
  const attributes: Record<string, string> = {}
  for (const attribute of element.attributes) attributes[attribute.name] = attribute.value
  const children: Node[] = []
  let text = ''
  for (const child of element.childNodes) {
    if (child.nodeType === child.ELEMENT_NODE) children.push(plain(child as Element))
    else if (child.nodeType === child.TEXT_NODE || child.nodeType === child.CDATA_SECTION_NODE) text += child.nodeValue ?? ''
  }
  return { name: element.tagName, attributes, text: text.trim(), children }
}
