/** The parts of WebRTC's voice activity detector that `voice-activity.ts` calls; the package ships no types. Addresses are byte offsets into its memory. */
declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    /** Replaced when the memory grows: read it anew for each use. */
    readonly HEAPU8: Uint8Array
    readonly HEAP16: Int16Array
    _malloc(bytes: number): number
    /** Returns the state's address, 0 when out of memory. */
    _fvad_new(): number
    _fvad_free(address: number): void
    _fvad_reset(address: number): void
    /** 0 (lenient) to 3 (strict); -1 when refused. */
    _fvad_set_mode(address: number, mode: number): number
    /** 8000, 16000, 32000 or 48000; -1 when refused. */
    _fvad_set_sample_rate(address: number, sampleRateHz: number): number
    /** 10, 20 or 30 ms of samples: 1 voice, 0 none, -1 wrong length. */
    _fvad_process(address: number, frame: number, samples: number): number
  }
  export default function load(): Promise<FvadModule>
}
