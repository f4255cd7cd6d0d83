import { setImmediate as nextRound } from 'node:timers/promises'
import MiniSearch from 'minisearch'
import type { Persona } from '../../agents/persona.ts'
import { type Passage, passagesOf } from './passages.ts'
import { sentencesOf } from './sentences.ts'
import { createSpelling } from './spelling.ts'
import { THESAURUS } from './thesaurus.ts'
import { formsOf, meaningfulWords, type Word, wordsOf } from './words.ts'

type Knowledge = Persona['knowledge']

/** What was found for a question, best first. */
export interface Finding {
  /** 0–1: how much of the question's meaning the finding covers, and (for a known question) the other way round. */
  confidence: number
  /** The answer as the owner wrote it, or the best sentence or two of a passage. */
  answer: string
  /** What it is about, to be offered: the known question, or the passage's headings. */
  topic: string
  /** The whole passage or answer with its headings, for a language model. */
  passage: string
  kind: 'question' | 'passage'
}

export interface KnowledgeBase {
  /**
   * Up to `limit` findings, best first; none when no word of the question is known. `about` is an earlier question that says what
   * this one is about: both are searched for, and the sentences are picked by this one.
   */
  find(question: string, limit?: number, about?: string): Finding[]
  /** What can be asked, in the owner's order: known questions, then headings. */
  readonly topics: readonly string[]
  /** Characters of all knowledge together. */
  readonly size: number
  /** Everything as text, in the owner's order. */
  whole(): string
}

interface Item {
  id: number
  kind: 'question' | 'passage'
  topic: string
  answer: string
  passage?: Passage
  /** A known question may be written in several ways, one after the other. */
  variants: Word[][]
  /** What it is searched by. */
  asked: string
  body: string
}

const MAX_WORDS = 24
const CANDIDATES = 12
/** Passages indexed in one round of the event loop: a few ms, so that the audio of other calls goes on. */
const SLICE = 25
const FORM = { exact: 1, concept: 0.85, guessed: 0.8 } as const
const WEAK_SHARE = 0.25
const UNKNOWN_SHARE = 1.25
/** A finding whose heading or question fits goes before one that only mentions the words. */
const HEAD_BONUS = 0.25
/** Letters of a question that are looked at: every word is compared with all that are known. */
const MAX_QUESTION = 2000

/** Indexes an agent's knowledge in slices, so that a large one does not stop the calls that go on. */
export async function createKnowledgeBase(knowledge: Knowledge): Promise<KnowledgeBase> {
  const items = await itemsOf(knowledge)
  const index = new MiniSearch<Item>({
    fields: ['asked', 'body'],
    tokenize: formsOf,
    processTerm: (term) => term,
    searchOptions: { boost: { asked: 2 } },
  })
  const inHowMany = new Map<string, number>()
  const vocabulary = new Set(THESAURUS.keys())
  for (const [at, item] of items.entries()) {
    if (at % SLICE === 0) await nextRound()
    index.add(item)
    const text = `${item.asked} ${item.body}`
    for (const form of new Set(formsOf(text))) inHowMany.set(form, (inHowMany.get(form) ?? 0) + 1)
    for (const word of meaningfulWords(text)) vocabulary.add(word)
  }
  const spell = await createSpelling(vocabulary)

  const rarity = (count: number) => Math.log(1 + items.length / (count + 0.5))
  // A word nobody wrote about weighs more than the rarest that is known: what is asked for is probably just that.
  const weightOf = (word: Word) => {
    const own = inHowMany.get(word.stem)
    const meant = word.concept === undefined ? undefined : inHowMany.get(word.concept)
    const known = own !== undefined || meant !== undefined
    return rarity(Math.max(own ?? 0, meant ?? 0, 1)) * (known ? 1 : UNKNOWN_SHARE) * (word.weak ? WEAK_SHARE : 1)
  }

  /** The forms under which a word may be found, each with how sure that is. */
  const readings = (word: Word): Map<string, number> => {
    const sure: number = word.guessed ? FORM.guessed : FORM.exact
    const found = new Map([[word.stem, sure]])
    if (word.concept !== undefined) found.set(word.concept, sure * FORM.concept)
    return found
  }

  const weigh = (words: Word[]): Asked[] => words.map((word) => ({ weight: weightOf(word), readings: readings(word) }))

  const find = (text: string, limit = 3, about = ''): Finding[] => {
    const question = text.slice(0, MAX_QUESTION)
    const words = wordsOf(`${question} ${about}`, spell).slice(0, MAX_WORDS)
    if (words.length === 0) return []
    const asked = weigh(words)
    const picked = about === '' ? asked : weigh(wordsOf(question, spell))
    const forms = [...new Set(asked.flatMap((word) => [...word.readings.keys()]))]
    const hits = index.search(
      { combineWith: 'OR', queries: forms.map((form) => ({ queries: [form], combineWith: 'OR', tokenize: (stem: string) => [stem] })) },
      {},
    )
    return hits
      .slice(0, CANDIDATES)
      .flatMap((hit) => items[hit.id as number] ?? [])
      .map((item) => {
        const cover = (text: string) => coverage(asked, new Set(formsOf(text)))
        const finding = judge(item, asked, cover, (text) => coverage(picked, new Set(formsOf(text))))
        return { finding, rank: finding.confidence + HEAD_BONUS * cover(item.asked) }
      })
      .sort((a, b) => b.rank - a.rank)
      .slice(0, limit)
      .map(({ finding }) => finding)
  }

  /** How much of a known question the visitor's words cover. */
  const covered = (known: Word[], asked: Asked[]): number => {
    const said = new Set(asked.flatMap((word) => [...word.readings.keys()]))
    let [sum, all] = [0, 0]
    for (const word of known) {
      const weight = weightOf(word)
      all += weight
      if (said.has(word.stem)) sum += weight
      else if (word.concept !== undefined && said.has(word.concept)) sum += weight * FORM.concept
    }
    return all === 0 ? 0 : sum / all
  }

  const judge = (item: Item, asked: Asked[], cover: (text: string) => number, pick: (text: string) => number): Finding => {
    const { kind, topic } = item
    if (!item.passage) {
      const confidence =
        0.7 * cover(`${item.asked} ${item.answer}`) +
        0.3 * Math.max(cover(item.asked), ...item.variants.map((variant) => covered(variant, asked)))
      return { kind, topic, confidence, answer: item.answer, passage: `Q: ${item.asked}\nA: ${item.answer}` }
    }
    const { headings, sentences } = item.passage
    const head = headings.join('. ')
    const { text, own } = bestSentences(sentences, pick)
    // Headings lend their words, but a sentence that shares none with the question answers nothing unless its heading says it all.
    const confidence = own === 0 ? 0.8 * cover(head) : cover(`${head}. ${text}`)
    return { kind, topic, confidence, answer: text, passage: `${head === '' ? '' : `${head}: `}${sentences.join(' ')}` }
  }

  return {
    find,
    topics: [...new Set(items.map((item) => item.topic).filter((topic) => topic !== ''))],
    size: items.reduce((sum, item) => sum + item.asked.length + item.body.length, 0),
    whole: () =>
      items
        .map(
          (item) =>
            judge(
              item,
              [],
              () => 0,
              () => 0,
            ).passage,
        )
        .join('\n\n'),
  }
}

interface Asked {
  weight: number
  readings: Map<string, number>
}

/** The share of the question's weight that these forms cover. */
function coverage(asked: Asked[], forms: Set<string>): number {
  let [sum, all] = [0, 0]
  for (const { weight, readings } of asked) {
    all += weight
    let best = 0
    for (const [form, sure] of readings) if (sure > best && forms.has(form)) best = sure
    sum += weight * best
  }
  return all === 0 ? 0 : sum / all
}

const TWO_SENTENCES = 280

/** The sentence that covers most, with the next one when that adds to it or the first is short. `own` is what it covers by itself. */
function bestSentences(sentences: string[], cover: (text: string) => number): { text: string; own: number } {
  let [best, own] = [0, -1]
  for (const [at, sentence] of sentences.entries()) {
    const share = cover(sentence)
    if (share > own + 1e-9) [best, own] = [at, share]
  }
  const first = sentences[best] ?? ''
  const next = sentences[best + 1]
  const both = `${first} ${next}`
  if (next === undefined || both.length > TWO_SENTENCES) return { text: first, own }
  return cover(both) > own + 0.05 || first.length < 60 || own === 0 ? { text: both, own } : { text: first, own }
}

async function itemsOf(knowledge: Knowledge): Promise<Item[]> {
  const items: Omit<Item, 'id'>[] = knowledge.questions.map(({ question, answer }) => {
    const variants = sentencesOf(question)
    return {
      kind: 'question',
      topic: variants.find((variant) => /[?？]$/.test(variant)) ?? variants[0] ?? question,
      answer,
      variants: variants.map((variant) => wordsOf(variant)),
      asked: question,
      body: answer,
    }
  })
  for (const document of knowledge.text) {
    await nextRound()
    for (const passage of passagesOf(document))
      items.push({
        kind: 'passage',
        topic: passage.headings.at(-1) ?? '',
        answer: '',
        passage,
        variants: [],
        asked: passage.headings.join('. '),
        body: passage.sentences.join(' '),
      })
  }
  return items.map((item, id) => ({ ...item, id }))
}
