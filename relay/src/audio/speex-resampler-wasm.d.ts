/** The parts of the Speex resampler's WASM module that `resample.ts` calls; the package ships no types. Addresses are byte offsets into its memory. */
declare module '@echogarden/speex-resampler-wasm/simd' {
  export interface SpeexModule {
    /** Replaced when the memory grows: read it anew for each use. */
    readonly HEAPU8: Uint8Array
    readonly HEAPU32: Uint32Array
    _malloc(bytes: number): number
    _free(address: number): void
    /** Returns the state's address, 0 when out of memory or given bad arguments. */
    _speex_resampler_init(channels: number, fromHz: number, toHz: number, quality: number, errorAddress: number): number
    _speex_resampler_destroy(state: number): void
    _speex_resampler_skip_zeros(state: number): number
    _speex_resampler_reset_mem(state: number): number
    _speex_resampler_get_input_latency(state: number): number
    _speex_resampler_process_int(
      state: number,
      channel: number,
      input: number,
      inputSamples: number,
      output: number,
      outputSamples: number,
    ): number
  }
  export default function load(): Promise<SpeexModule>
}
