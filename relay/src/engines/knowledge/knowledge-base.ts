import MiniSearch from 'minisearch'
import type { Persona } from '../../agents/persona.ts'
import { type Passage, passagesOf } from './passages.ts'
import { formsOf, type Word, wordsOf } from './words.ts'

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
  /** Up to `limit` findings, best first; none when no word of the question is known. */
  find(question: string, limit?: number): Finding[]
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
  /** What it is searched by. */
  asked: string
  body: string
}

const FUZZY_FROM = 5
const CANDIDATES = 12
const FORM = { exact: 1, concept: 0.85, fuzzy: 0.75 } as const
const DIGITS = /^\p{N}+$/u

/** Indexes an agent's knowledge in slices, so that a large one does not stop the calls that go on. */
export async function createKnowledgeBase(knowledge: Knowledge): Promise<KnowledgeBase> {
  const items = itemsOf(knowledge)
  const index = new MiniSearch<Item>({
    fields: ['asked', 'body'],
    tokenize: formsOf,
    processTerm: (term) => term,
    searchOptions: { boost: { asked: 2 } },
  })
  await index.addAllAsync(items, { chunkSize: 50 })

  const inHowMany = new Map<string, number>()
  for (const item of items)
    for (const form of new Set(formsOf(`${item.asked} ${item.body}`))) inHowMany.set(form, (inHowMany.get(form) ?? 0) + 1)
  const rarity = (count: number) => Math.log(1 + items.length / (count + 0.5))
  // A word nobody wrote about weighs like a rare one: what is asked for is probably just that.
  const weightOf = (word: Word) => {
    const own = inHowMany.get(word.stem)
    const meant = word.concept === undefined ? undefined : inHowMany.get(word.concept)
    return rarity(Math.max(own ?? 0, meant ?? 0, 1))
  }

  /** The forms of known words that a word may stand for, each with how sure that is. */
  const readings = (word: Word): Map<string, number> => {
    const found = new Map<string, number>()
    if (word.concept !== undefined) found.set(word.concept, FORM.concept)
    if (!inHowMany.has(word.stem) && word.stem.length >= FUZZY_FROM && !DIGITS.test(word.stem))
      for (const hit of index.search(word.stem, { tokenize: (stem) => [stem], fuzzy: word.stem.length >= 8 ? 2 : 1, prefix: true }))
        for (const form of hit.terms) if (!form.startsWith('~')) found.set(form, FORM.fuzzy)
    found.set(word.stem, FORM.exact)
    return found
  }

  const find = (question: string, limit = 3): Finding[] => {
    const words = wordsOf(question).slice(0, 24)
    if (words.length === 0) return []
    const asked = words.map((word) => ({ weight: weightOf(word), readings: readings(word) }))
    const forms = [...new Set(asked.flatMap((word) => [...word.readings.keys()]))]
    const hits = index.search(
      { combineWith: 'OR', queries: forms.map((form) => ({ queries: [form], combineWith: 'OR', tokenize: (stem: string) => [stem] })) },
      {},
    )
    return hits
      .slice(0, CANDIDATES)
      .flatMap((hit) => items[hit.id as number] ?? [])
      .map((item) => judge(item, asked, (text) => coverage(asked, new Set(formsOf(text)))))
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, limit)
  }

  /** How much of a known question the visitor's words cover. */
  const covered = (known: string, asked: Asked[]): number => {
    const said = new Set(asked.flatMap((word) => [...word.readings.keys()]))
    let [sum, all] = [0, 0]
    for (const word of wordsOf(known)) {
      const weight = weightOf(word)
      all += weight
      if (said.has(word.stem)) sum += weight
      else if (word.concept !== undefined && said.has(word.concept)) sum += weight * FORM.concept
    }
    return all === 0 ? 0 : sum / all
  }

  const judge = (item: Item, asked: Asked[], cover: (text: string) => number): Finding => {
    const { kind, topic } = item
    if (!item.passage) {
      const confidence = 0.55 * cover(`${item.asked} ${item.answer}`) + 0.45 * Math.max(covered(item.asked, asked), cover(item.asked))
      return { kind, topic, confidence, answer: item.answer, passage: `Q: ${item.asked}\nA: ${item.answer}` }
    }
    const { headings, sentences } = item.passage
    const head = headings.join('. ')
    const { text, own } = bestSentences(sentences, cover)
    // Headings lend their words, but a sentence that shares none with the question answers nothing unless its heading says it all.
    const confidence = own === 0 ? 0.8 * cover(head) : cover(`${head}. ${text}`)
    return { kind, topic, confidence, answer: text, passage: `${head === '' ? '' : `${head}: `}${sentences.join(' ')}` }
  }

  return {
    find,
    topics: [...new Set(items.map((item) => item.topic).filter((topic) => topic !== ''))],
    size: items.reduce((sum, item) => sum + item.asked.length + item.body.length, 0),
    whole: () => items.map((item) => judge(item, [], () => 0).passage).join('\n\n'),
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

function itemsOf(knowledge: Knowledge): Item[] {
  const items: Omit<Item, 'id'>[] = knowledge.questions.map(({ question, answer }) => ({
    kind: 'question',
    topic: question,
    answer,
    asked: question,
    body: answer,
  }))
  for (const document of knowledge.text)
    for (const passage of passagesOf(document))
      items.push({
        kind: 'passage',
        topic: passage.headings.at(-1) ?? '',
        answer: '',
        passage,
        asked: passage.headings.join('. '),
        body: passage.sentences.join(' '),
      })
  return items.map((item, id) => ({ ...item, id }))
}
