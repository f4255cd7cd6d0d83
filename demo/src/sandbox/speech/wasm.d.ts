/** The parts of the WASM packages that the sandbox calls; they ship no types. Addresses are byte offsets into a module's memory. */
declare module '@echogarden/speex-resampler-wasm' {
  interface SpeexModule {
    /** Replaced when the memory grows: read it anew for each use. */
    readonly HEAPU8: Uint8Array
    readonly HEAPU32: Uint32Array
    _malloc(bytes: number): number
    _free(address: number): void
    _speex_resampler_init(channels: number, fromHz: number, toHz: number, quality: number, error: number): number
    _speex_resampler_destroy(state: number): void
    _speex_resampler_skip_zeros(state: number): number
    _speex_resampler_process_int(
      state: number,
      channel: number,
      input: number,
      inputCount: number,
      output: number,
      outputCount: number,
    ): number
  }
  export default function load(): Promise<SpeexModule>
}
