import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordingError, readRecording } from './recorded.ts'
import { levelDb, residueDb, samplesOf, tone } from './signals.test-kit.ts'
import { writeWav } from './wav.ts'

/** Half a second of 500 Hz at 8 kHz, MPEG 2.5 layer 3 with 8 kbit/s. */
const MP3 = Buffer.from(
  '/+MYxAANEAcCWUEAApZIRf//wBg+D4Pg+CAIAhlwfD9RzBwMaInD+oEDk5wTflwxqBM/icENQDP6QQ4Dfwx0+7pVoEAAAA4G/+MYxAYOoPrmWYpoAAOAAAAR' +
    'D4ViH/HoqkQ+/zjR6BngzwZA4l1FSSQInwRPk0eo9TIvF5Eu/4SBoShIGv/Ep0Gl////Us1K/+MYxAYOEMJYAdYAACTgrYLpBy4GAQBYGB4LIGKofIGPb1oH' +
    'sBBIGewmYGHICoAAAgME4IARACHLDEpES8QZ1fk///CPzSDM/+MYxAgFCJoYAABuJHQ/1f93//r/7v9/9ar5P//wj80gzHQ/1f93//r/7v9/9dX5P//wj80g' +
    'zHQ/1f93//r/7v9/9ar///+Y/+MYxC4FCJoYAABuJCBmMuTwngDAEAYNWgYAwigYwSMgYqe7gdRCLgYMBrAYqgoAYLgSAEAJACA+Fo4xw7CgVTcEABhhBh/5' +
    '/+MYxFQFCJoYAABuJAAgjEA/xmCoLMEocIpeE0pEBNgWgAEHQZi+DMHwNUZAkDImQ8Zsr//+OsUGRMsjnk+YkX///yfMSLld/+MYxHoOAMJYAVYAABL5uiXz' +
    'f/8Bh4HwGHgf//wGHhONDwnCP//4EScAiSpCnJaAP/2Zl/jMzKXszMy/xmZiZmOqoCx6VBUG/+MYxH0YAbKw8ZSgALBUFnxKCoNPiUFn4l4lBYGnxKIg7tLV' +
    'TEFNRTMuMTAwVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV/+MYxFgM2LrducMIAlVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV' +
    'VVVVVVVVVVVVVVVVVVVVVVVV',
  'base64',
)

const wav = (samples: Int16Array, channels: number) =>
  writeWav({ encoding: 'pcm_s16le', sampleRateHz: 8000, channels, data: new Uint8Array(samples.buffer) })

describe('recordings of others', () => {
  it('as MP3 become samples: the same tone, and nothing much beside it', async () => {
    const { bytes, sampleRateHz } = await readRecording(MP3)
    expect(sampleRateHz).toBe(8000)
    const heard = samplesOf(bytes)
    expect(heard.length).toBeGreaterThan(4000)
    expect(residueDb(heard.slice(1500, 3500), 500, 8000)).toBeLessThan(-20)
  })

  it('as WAV of one channel stay as they are, and of two are mixed', async () => {
    const one = tone(700, 8000, 4000)
    expect(samplesOf((await readRecording(wav(one, 1))).bytes)).toEqual(one)
    const two = Int16Array.from({ length: 8000 }, (_, n) => (n % 2 === 0 ? (one[n >> 1] ?? 0) : 0))
    const mixed = samplesOf((await readRecording(wav(two, 2))).bytes)
    expect(levelDb(mixed)).toBeCloseTo(levelDb(one) - 6.02, 1)
  })

  it('that are none are refused, whatever they are', async () => {
    await expect(readRecording(Buffer.from('no sound at all'))).rejects.toThrow(RecordingError)
    await expect(readRecording(Buffer.from('RIFF1234WAVEfmt '))).rejects.toThrow(RecordingError)
    const slow = writeWav({ encoding: 'pcm_s16le', sampleRateHz: 4, channels: 1, data: new Uint8Array(64) })
    await expect(readRecording(slow)).rejects.toThrow(RecordingError)
    const bent = fc.tuple(
      fc.constantFrom(MP3, Buffer.from(wav(tone(700, 8000, 200), 1))),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
      fc.nat(),
    )
    await fc.assert(
      fc.asyncProperty(bent, async ([file, bends, cut]) => {
        const copy = Buffer.from(file.subarray(0, cut % (file.length + 1)))
        for (const [at, value] of bends) if (copy.length > 0) copy[at % copy.length] = value
        const read = await readRecording(copy).catch((error: unknown) => error)
        if (!(read instanceof RecordingError)) expect((read as { bytes: Uint8Array }).bytes.length % 2).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
