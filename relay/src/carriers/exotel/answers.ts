import { element, text, type Xml } from '../xml.ts'

/** What Exotel is answered in XML, in the words of the guide. */

/** The sound goes to us. */
export const streamXml = (o: { url: string; sessionId: string }) =>
  document(
    element('Say', {}, text('Hello! Please wait...')),
    element('Connect', {}, element('Stream', { url: o.url }, element('Parameter', { name: 'sessionId', value: o.sessionId }))),
  )

export const sayXml = (words: string) => document(element('Say', {}, text(words)), element('Hangup', {}))

const document = (...verbs: Xml[]) => `<?xml version="1.0" encoding="UTF-8"?>${element('Response', {}, ...verbs)}`
