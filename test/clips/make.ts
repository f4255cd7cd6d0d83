// `node test/clips/make.ts`: every clip as a file at 16 and 48 kHz, with the list of what each must do.
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { allClips } from './list.ts'
import { CLIP_HZ } from './speech.ts'
import { CLIP_FOLDER, writeClip } from './wav.ts'

const list = allClips().map(({ name, effect, words, samples }) => ({
  name,
  effect,
  words,
  ms: Math.round((samples.length / CLIP_HZ) * 1000),
  files: [16_000, 48_000].map((hz) => basename(writeClip(name, samples, hz))),
}))
writeFileSync(join(CLIP_FOLDER, 'list.json'), `${JSON.stringify(list, null, 2)}\n`)
console.table(list, ['name', 'effect', 'words', 'ms'])
console.log(`${list.length} clips in ${CLIP_FOLDER}`)
