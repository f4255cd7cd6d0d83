import { click, cough, hum, hush, keyboard, knock, samplesFor } from './noises.ts'
import { type FliteVoice, speak } from './speech.ts'

/**
 * What is done to an agent that speaks, and what must become of its words:
 * - `lets-go-on`: heard to the end, and not even held;
 * - `lets-resume`: may be held for a moment, and is then heard to the end with nothing lost;
 * - `listens`: words that only show that somebody listens; where words are heard it goes on;
 * - `cuts`: the visitor wants the word and gets it.
 */
export type Effect = 'lets-go-on' | 'lets-resume' | 'listens' | 'cuts'

export interface Clip {
  name: string
  effect: Effect
  /** What is said in it, where something is. */
  words?: string
  /** Int16 at `CLIP_HZ`, from the first sound to the last. */
  samples: Int16Array
}

const VOICES: FliteVoice[] = ['slt', 'rms', 'awb', 'kal']

const SENTENCES = [
  'Sorry, can I ask something else?',
  'How much does the lamp cost?',
  'I would like to order two of them.',
  'Do you also ship to Bengaluru?',
  'Wait, that is not what I meant.',
  'Could you please say that again?',
  'My parcel has not arrived yet.',
  'When does the workshop open on Saturday?',
  'Thank you, that is all I wanted.',
  'Please tell me about the returns.',
  'Is there a smaller one in brass?',
  'No, I was asking about the price.',
  'What colours do the shades come in?',
  'Let me talk to a real person.',
  'I bought it more than a month ago.',
  'Can you send it to my office?',
  'Hold on, somebody is at the door.',
  'How long does a custom lamp take?',
  'Which of them can stand outside?',
  'We need ten for our new hotel.',
]
const LISTENING = ['mhm', 'yeah', 'okay', 'right', 'uh huh']
/** For Flite, who would read the letters. */
const SPELLED: Record<string, string> = { mhm: 'um hum' }

const BURST_MS = [50, 100, 200, 300]
const NOISES = { cough, click, knock, keyboard }

/** The beginning of a word and no more: voice for certain, and too short to be one. */
function syllable(ms: number, voice: FliteVoice): Int16Array {
  const samples = speak('Are you there?', voice).slice(0, samplesFor(ms))
  const fade = samplesFor(5)
  return samples.map((sample, at) => Math.round(sample * Math.min(1, (samples.length - at) / fade)))
}

export const sentences = (): Clip[] =>
  SENTENCES.map((words, at) => {
    const voice = VOICES[at % VOICES.length] ?? 'slt'
    return { name: `sentence ${at + 1} by ${voice}`, effect: 'cuts', words, samples: speak(words, voice, at % 3 === 2 ? 1.25 : 1) }
  })

export const bursts = (): Clip[] =>
  BURST_MS.flatMap((ms) => [
    ...Object.entries(NOISES).map(
      ([name, make], at): Clip => ({ name: `${name} of ${ms} ms`, effect: 'lets-go-on', samples: make(ms, ms + at) }),
    ),
    { name: `syllable of ${ms} ms`, effect: 'lets-go-on', samples: syllable(ms, 'rms') },
  ])

/** Longer than a burst, shorter than a word that wants the floor. */
export const longCoughs = (): Clip[] =>
  [360, 420, 480].map((ms) => ({ name: `cough of ${ms} ms`, effect: 'lets-resume', samples: cough(ms, ms) }))

export const backChannels = (): Clip[] =>
  LISTENING.flatMap((words) =>
    (['slt', 'rms'] as const).map((voice): Clip => {
      return { name: `${words} by ${voice}`, effect: 'listens', words, samples: speak(SPELLED[words] ?? words, voice) }
    }),
  )

export const backgrounds = (): Clip[] => [
  { name: 'a quiet room for 4 s', effect: 'lets-go-on', samples: hush(4000) },
  { name: 'a fan for 4 s', effect: 'lets-go-on', samples: hum(4000, 3) },
  { name: 'typing for 4 s', effect: 'lets-go-on', samples: keyboard(4000, 4) },
]

export const allClips = (): Clip[] => [...bursts(), ...longCoughs(), ...backChannels(), ...sentences(), ...backgrounds()]
