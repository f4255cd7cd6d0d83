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
export const SURE = 0.48
const MAYBE = 0.36

const OFFERED = 3
/** "And how much is it?": a short turn that points back is about what was asked before. */
const FOLLOW_UP_WORDS = 2
const POINTS_BACK =
  /\b(?:it|its|that|this|they|them|these|those|one|ones|there|same|also|too|uska|iska|woh|yeh)\b|^(?:and|or|what about|how about|aur)\b|इसका|उसका|इसकी|उसकी|^और/iu
const DEVANAGARI = /\p{Script=Devanagari}/u
/** Two findings closer than this answer the question equally well. */
const ALIKE = 0.1
/** Below this a finding is not even near. */
const NEAR = 0.2

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
  let menuTold = false
  let offered: Finding | undefined
  let lastSaid = o.lastSaid
  let lastAsked = o.lastAsked ?? ''

  const menu = () => {
    menuTold = true
    return persona.keyMenu.length === 0 ? '' : phrases.menu(persona.keyMenu)
  }
  /** In full the first time nothing matched; the visitor knows it then, and can ask for it. */
  const menuOnce = () => (menuTold ? '' : menu())
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
        return ownersAnswer(text) ?? say(phrases.name(persona.name))
      case 'abilities':
        return ownersAnswer(text) ?? say(phrases.abilities(persona.name, topicsToOffer([])), menu())
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

  /** Nearest first, then some from all over the knowledge, in the visitor's script and of one kind: questions or headings. */
  function topicsToOffer(near: string[]): string[] {
    const readable = knowledge.topics.filter((topic) => DEVANAGARI.test(topic) === DEVANAGARI.test(phrases.hello))
    const all = readable.length > 0 ? readable : knowledge.topics
    const spread = Array.from({ length: OFFERED }, (_, i) => all[Math.floor((i * all.length) / OFFERED)])
    const topics = [...new Set([...near, ...spread])].filter((topic): topic is string => topic !== undefined && topic !== '')
    const isQuestion = topics[0]?.endsWith('?')
    return topics.filter((topic) => topic.endsWith('?') === isQuestion).slice(0, OFFERED)
  }

  /** What the owner wrote for just this, if anything. Not for "are you human": that is answered truly, whatever is written. */
  function ownersAnswer(text: string): Reply | undefined {
    const [best] = knowledge.find(text, 1)
    return best?.kind === 'question' && best.confidence >= 0.8 ? answer(best) : undefined
  }

  function answer(finding: Finding): Reply {
    return say(finding.answer)
  }

  function ask(question: string): { reply: Reply; offers?: Finding } {
    const findings = knowledge.find(question, OFFERED)
    const words = wordsOf(question).length
    let best = findings[0]
    const unsure = !best || best.confidence < SURE || (findings[1]?.confidence ?? 0) > best.confidence - ALIKE
    const pointsBack = words > 0 && words <= FOLLOW_UP_WORDS && POINTS_BACK.test(question.trim())
    const [together] = unsure && pointsBack && lastAsked !== '' ? knowledge.find(question, 1, lastAsked) : []
    // A chain of such turns keeps its subject.
    if (together && together.confidence >= SURE) best = together
    else if (words > 0) lastAsked = question
    if (best && best.confidence >= SURE) return { reply: answer(best) }
    if (best && best.confidence >= MAYBE && best.topic !== '') return { reply: say(phrases.didYouMean(best.topic)), offers: best }
    if (words === 0) return { reply: say(phrases.pardon, menuOnce()) }
    const near = findings.filter((finding) => finding.confidence >= NEAR).map((finding) => finding.topic)
    const topics = topicsToOffer(near)
    return { reply: say(phrases.unknown, topics.length > 0 ? phrases.offer(topics) : '', menuOnce()) }
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
