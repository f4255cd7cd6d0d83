import type { Persona } from '../../agents/persona.ts'

/** The offline agent's own sentences. Everything else it says comes from its owner. */
export interface Phrases {
  hello: string
  howAreYou: string
  welcome: string
  goodbye: string
  human(name: string): string
  name(name: string): string
  cannotConnect: string
  abilities(name: string, topics: readonly string[]): string
  unknown: string
  offer(topics: readonly string[]): string
  didYouMean(topic: string): string
  noneOfThese: string
  menu(items: Persona['keyMenu']): string
  noSuchKey: string
  noMenu: string
  nothingSaid: string
  pardon: string
}

const isQuestion = (topic: string) => /[?？]$/.test(topic)

const english: Phrases = {
  hello: 'Hello. What would you like to know?',
  howAreYou: 'I am fine, thank you. What would you like to know?',
  welcome: 'You are welcome. Is there anything else?',
  goodbye: 'Thank you for talking with us. Goodbye.',
  human: (name) => `I am ${name}, an AI agent, not a person. I answer from what I have been told, and I say so when I do not know.`,
  name: (name) => `I am ${name}, an AI agent.`,
  cannotConnect: 'I cannot put you through to a person from here.',
  abilities: (name, topics) => (topics.length === 0 ? `I am ${name}, an AI agent.` : `I am ${name}, an AI agent. ${english.offer(topics)}`),
  unknown: 'I am sorry, I do not know that.',
  offer: (topics) =>
    topics.some(isQuestion) ? `You can ask me, for example: ${listed(topics, 'or')}` : `I can tell you about ${listed(topics, 'and')}.`,
  didYouMean: (topic) =>
    isQuestion(topic) ? `I am not sure I understood. Do you want to know: ${topic}` : `I am not sure I understood. Is it about ${topic}?`,
  noneOfThese: 'All right. What would you like to know?',
  menu: (items) => items.map(({ digit, label }) => `Press ${keyName(digit)} for ${label}.`).join(' '),
  noSuchKey: 'There is nothing on that key.',
  noMenu: 'There is no key menu here. Please ask me in your own words.',
  nothingSaid: 'I have not said anything yet. What would you like to know?',
  pardon: 'I did not get that. Please say it in other words.',
}

const hindi: Phrases = {
  hello: 'नमस्ते। आप क्या जानना चाहते हैं?',
  howAreYou: 'मैं ठीक हूँ, धन्यवाद। आप क्या जानना चाहते हैं?',
  welcome: 'आपका स्वागत है। और कुछ?',
  goodbye: 'बात करने के लिए धन्यवाद। नमस्ते।',
  human: (name) => `मैं ${name} हूँ, एक AI एजेंट, इंसान नहीं। मैं वही बताता हूँ जो मुझे बताया गया है, और न पता हो तो कह देता हूँ।`,
  name: (name) => `मैं ${name} हूँ, एक AI एजेंट।`,
  cannotConnect: 'यहाँ से मैं आपकी बात किसी व्यक्ति से नहीं करा सकता।',
  abilities: (name, topics) => (topics.length === 0 ? `मैं ${name} हूँ, एक AI एजेंट।` : `मैं ${name} हूँ, एक AI एजेंट। ${hindi.offer(topics)}`),
  unknown: 'माफ़ कीजिए, यह मुझे नहीं पता।',
  offer: (topics) =>
    topics.some(isQuestion) ? `आप मुझसे यह पूछ सकते हैं: ${listed(topics, 'या')}` : `मैं इनके बारे में बता सकता हूँ: ${listed(topics, 'और')}।`,
  didYouMean: (topic) => `मैं ठीक से समझा नहीं। क्या आप यह जानना चाहते हैं: ${topic}`,
  noneOfThese: 'ठीक है। आप क्या जानना चाहते हैं?',
  menu: (items) => items.map(({ digit, label }) => `${label} के लिए ${keyName(digit)} दबाएँ।`).join(' '),
  noSuchKey: 'इस बटन पर कुछ नहीं है।',
  noMenu: 'यहाँ बटन वाला मेनू नहीं है। कृपया अपने शब्दों में पूछें।',
  nothingSaid: 'मैंने अभी कुछ कहा नहीं है। आप क्या जानना चाहते हैं?',
  pardon: 'मैं समझा नहीं। कृपया दूसरे शब्दों में कहें।',
}

/** The sentences for a BCP 47 tag; English where there are none of its own. */
export function phrasesFor(language: string): Phrases {
  return /^hi\b/i.test(language) ? hindi : english
}

function keyName(digit: string): string {
  return digit === '#' ? 'hash' : digit === '*' ? 'star' : digit
}

function listed(topics: readonly string[], word: string): string {
  if (topics.some(isQuestion)) return topics.join(' ')
  return topics.length < 2 ? (topics[0] ?? '') : `${topics.slice(0, -1).join(', ')} ${word} ${topics.at(-1)}`
}
