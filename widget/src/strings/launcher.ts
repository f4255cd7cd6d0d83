/** The few words that stand on a page before anyone clicks. */
export const launcher = {
  'launcher.talk': 'Talk to us',
  'launcher.callMe': 'Call me',
  'launcher.open': 'Open the conversation',
  'launcher.hide': 'Hide',
  'status.connecting': 'Connecting',
  'status.listening': 'Listening',
  'status.thinking': 'Thinking',
  'status.speaking': 'Speaking',
  'status.reconnecting': 'Reconnecting',
  'status.ended': 'Call ended',
  'status.error': 'Something is wrong',
  'error.load_failed': 'This part of the page did not load. Check your connection, then try again.',
} as const
