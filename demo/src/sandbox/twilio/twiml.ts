import { readXml, type XmlNode } from '../carriers/xml.ts'
import { type Verb, VerbError, verbOf } from './verb.ts'

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

function parse(xml: string): XmlNode {
  try {
    return readXml(xml)
  } catch (error) {
    throw new TwimlError(12_100, `Document parse failure: ${error instanceof Error ? error.message : String(error)}`)
  }
}
