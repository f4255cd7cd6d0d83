import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'

/** An element without the parser's ways: names, attributes, text, children. */
export interface XmlNode {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly XmlNode[]
}

/** A document's root. @throws Error for what is no XML */
export function readXml(xml: string): XmlNode {
  const { documentElement } = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml.trim(), 'text/xml')
  if (!documentElement) throw new Error('empty')
  return plain(documentElement)
}

function plain(element: Element): XmlNode {
  const attributes: Record<string, string> = {}
  for (const attribute of element.attributes) attributes[attribute.name] = attribute.value
  const children: XmlNode[] = []
  let text = ''
  for (const child of element.childNodes) {
    if (child.nodeType === child.ELEMENT_NODE) children.push(plain(child as Element))
    else if (child.nodeType === child.TEXT_NODE || child.nodeType === child.CDATA_SECTION_NODE) text += child.nodeValue ?? ''
  }
  return { name: element.tagName, attributes, text: text.trim(), children }
}
