export declare const SOUND_FLAGS: readonly string[]
