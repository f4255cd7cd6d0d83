/**
 * What a minute costs at most, roughly and on the dear side, where nobody said what it really costs. Owners put their carrier's own prices over it.
 * `+` stands for every number that nothing longer names.
 */
export const DEFAULT_PRICES: Record<string, Record<string, number>> = {
  '*': {
    '+': 0.5,
    '+1': 0.03,
    '+31': 0.15,
    '+33': 0.1,
    '+34': 0.1,
    '+353': 0.1,
    '+39': 0.15,
    '+44': 0.05,
    '+49': 0.1,
    '+61': 0.1,
    '+62': 0.2,
    '+64': 0.1,
    '+91': 0.06,
  },
}
