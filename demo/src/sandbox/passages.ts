/** A piece of knowledge: what a question is compared with, and what is said. */
export interface Passage {
  match: string
  say: string
}

const QUESTION = /^\s*[-*]?\s*(?:\*\*)?(?:q|question|visitor)\s*[:.]\s*(.*?)(?:\*\*)?\s*$/i
const REPLY = /^\s*[-*]?\s*(?:\*\*)?(?:a|answer|agent|reply)\s*[:.]\s*(?:\*\*)?\s*(.*)$/i
/** Lines that tell the model how to behave are not knowledge. */
const RULE =
  /^\s*([-*]\s*)?(you are|you have|never|always|do not|don't|if |answer |speak |keep |be |use |say |stay |call |the visitor|language:)/i

/** Finds what can be answered from in a system text: question and answer pairs, list items, sentences. */
export function passages(system: string): Passage[] {
  const found: Passage[] = []
  let question: string | undefined
  let heading = ''
  for (const line of system.split(/\r?\n/)) {
    const asked = QUESTION.exec(line)?.[1]
    const replied = REPLY.exec(line)?.[1]
    if (asked !== undefined) question = asked
    else if (replied !== undefined && question !== undefined) {
      found.push({ match: `${question} ${replied}`, say: replied })
      question = undefined
    } else if (/^\s*#/.test(line)) heading = line.replace(/[#*]/g, '').trim()
    else if (line.trim() && !RULE.test(line)) found.push(...sentences(line, heading))
  }
  return found
}

/** Two neighbours together, so that an answer has its context. */
function sentences(line: string, heading: string): Passage[] {
  const parts = line.replace(/^\s*[-*]\s*/, '').match(/[^.!?।]+[.!?।]*(?:\d+[^.!?।]*[.!?।]*)*/g) ?? []
  return parts
    .map((part) => part.trim())
    .filter((part) => /\p{L}/u.test(part))
    .map((part) => ({ match: `${heading} ${part}`, say: part }))
}
