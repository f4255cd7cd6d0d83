/**
 * `<voice-console>`: the operators' console, on the relay's own /console or in an owner's page. This file only asks for the rest, so that
 * a page may carry it under any address and nothing is loaded twice.
 */
if (globalThis.HTMLElement) void import('./console.ts')
