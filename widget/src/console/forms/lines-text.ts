import { noChange } from 'lit'
import { Directive, directive, type PartInfo, PartType, type PropertyPart } from 'lit/directive.js'
import { setCommittedValue } from 'lit/directive-helpers.js'

/** What counts of a text of lines: no blank ones, no spaces around. */
export const linesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

class LinesText extends Directive {
  constructor(part: PartInfo) {
    super(part)
    if (part.type !== PartType.PROPERTY || part.name !== 'value') throw new Error('linesText is for .value of a textarea')
  }

  override render(lines: readonly string[]): string {
    return lines.join('\n')
  }

  override update(part: PropertyPart, [lines]: [readonly string[]]): unknown {
    const { value } = part.element as HTMLTextAreaElement
    if (this.render(linesIn(value)) === this.render(lines)) return noChange
    // Whatever was drawn before, somebody has written since.
    setCommittedValue(part)
    return this.render(lines)
  }
}

/** The lines of a textarea: left as they are written while they mean the same, a line that is just begun included. */
export const linesText = directive(LinesText)
