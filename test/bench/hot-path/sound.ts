/** PCM16LE, broad and uneven, as voices are to a detector; the same in every run. */
export function sound(bytes: number, loudest: number): Uint8Array {
  const samples = new Int16Array(bytes / 2)
  let noise = 1
  for (let at = 0; at < samples.length; at++) {
    noise = (noise * 16_807) % 2_147_483_647
    samples[at] = loudest * (0.7 * Math.sin(at / 13) + 0.3 * (noise / 1_073_741_823 - 1))
  }
  return new Uint8Array(samples.buffer)
}
