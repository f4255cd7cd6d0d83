import type { Persona } from '../../agents/persona.ts'
import type { Variables } from '../../protocol/index.ts'
import { pressKeys } from '../key-menu.ts'
import type { Finding, KnowledgeBase } from '../knowledge/index.ts'
import { wordsOf } from '../knowledge/words.ts'
import { fillVariables } from '../variables.ts'
import { phrasesFor } from './phrases.ts'
import { type SmallTalk, smallTalk } from './small-talk.ts'

export interface Reply {
  text: string
  hangUp: boolean
}

/** What the offline agent thinks between two turns: only what it needs for "yes", "say that again" and "and how much?". */
export interface Mind {
  reply(turn: { text: string; by: 'typing' | 'speech' | 'keys' }): Reply
}

/** From here a finding is an answer; between the two it is offered ("do you want to know …"); below, the agent does not know. */
export const SURE = 0.5
export const MAYBE = 0.36

const OFFERED = 3
/** A turn with no more meaning than this may be about what was asked before. */
const FOLLOW_UP_WORDS = 2

export function createMind(o: {
  persona: Persona
  knowledge: KnowledgeBase
  language: string
  variables: Variables
  lastSaid?: string
  lastAsked?: string
}): Mind {
  const { persona, knowledge } = o
  const phrases = phrasesFor(o.language)
  let offered: Finding | undefined
  let lastSaid = o.lastSaid
  let lastAsked = o.lastAsked ?? ''

  const menu = () => (persona.keyMenu.length === 0 ? '' : phrases.menu(persona.keyMenu))
  const say = (...parts: string[]): Reply => ({ text: parts.filter((part) => part !== '').join(' '), hangUp: false })
  const end = (text: string): Reply => ({ text, hangUp: true })

  function chat(kind: SmallTalk, text: string): Reply | undefined {
    switch (kind) {
      case 'hello':
        return say(phrases.hello)
      case 'how-are-you':
        return say(phrases.howAreYou)
      case 'thanks':
        return say(phrases.welcome)
      case 'goodbye':
        return end(phrases.goodbye)
      case 'human':
        return say(phrases.human(persona.name))
      case 'name':
        return say(phrases.name(persona.name))
      case 'abilities':
        return say(phrases.abilities(persona.name, knowledge.topics.slice(0, OFFERED)), menu())
      case 'menu':
        return persona.keyMenu.length > 0 ? say(menu()) : undefined
      case 'repeat':
        return say(lastSaid ?? phrases.nothingSaid)
      case 'connect': {
        const [best] = knowledge.find(text, 1)
        return best && best.confidence >= SURE ? say(phrases.cannotConnect, best.answer) : say(phrases.cannotConnect, menu())
      }
      case 'yes':
        return offered ? answer(offered) : undefined
      case 'no':
        return offered ? say(phrases.noneOfThese) : undefined
    }
  }

  function answer(finding: Finding): Reply {
    return say(finding.answer)
  }

  function ask(question: string): { reply: Reply; offers?: Finding } {
    const findings = knowledge.find(question, OFFERED)
    const words = wordsOf(question).length
    let best = findings[0]
    if ((best?.confidence ?? 0) < SURE && words <= FOLLOW_UP_WORDS && lastAsked !== '') {
      // "And how much is it?": what was asked before says what "it" is. Both turns have to be covered together.
      const [together] = knowledge.find(`${lastAsked} ${question}`, 1)
      if (
        together &&
        together.confidence >= SURE &&
        (words === 0 || knowledge.find(question, 5).some((own) => own.topic === together.topic))
      )
        best = together
    }
    if (words > 0) lastAsked = question
    if (best && best.confidence >= SURE) return { reply: answer(best) }
    if (best && best.confidence >= MAYBE && best.topic !== '') return { reply: say(phrases.didYouMean(best.topic), menu()), offers: best }
    if (words === 0 && findings.length === 0) return { reply: say(phrases.pardon, menu()) }
    const near = findings.map((finding) => finding.topic).filter((topic) => topic !== '')
    const topics = [...new Set([...near, ...knowledge.topics])].slice(0, OFFERED)
    // Questions and headings read badly in one sentence: keep to the kind of the first.
    const kind = topics[0]?.endsWith('?') ?? false
    const alike = topics.filter((topic) => topic.endsWith('?') === kind)
    return { reply: say(phrases.unknown, alike.length > 0 ? phrases.offer(alike) : '', menu()) }
  }

  function press(digits: string): { reply: Reply; offers?: Finding } {
    const key = pressKeys(persona.keyMenu, digits)
    switch (key.does) {
      case 'say':
        return { reply: say(key.text) }
      case 'ask':
        return ask(key.question)
      case 'menu':
        return { reply: say(menu()) }
      case 'end':
        return { reply: end(key.text ?? phrases.goodbye) }
      case 'nothing':
        return { reply: persona.keyMenu.length > 0 ? say(phrases.noSuchKey, menu()) : say(phrases.noMenu) }
    }
  }

  function think(turn: { text: string; by: string }): { reply: Reply; offers?: Finding } {
    if (turn.by === 'keys') return press(turn.text)
    const kind = smallTalk(turn.text)
    const chatted = kind === undefined ? undefined : chat(kind, turn.text)
    return chatted ? { reply: chatted } : ask(turn.text)
  }

  return {
    reply(turn) {
      const { reply, offers } = think(turn)
      offered = offers
      const text = fillVariables(reply.text, o.variables)
      lastSaid = text
      return { ...reply, text }
    },
  }
}
