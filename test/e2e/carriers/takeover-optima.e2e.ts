import { optima } from '../../kit/carriers/optima.ts'
import { takeover } from '../../kit/carriers/takeover.ts'

takeover(optima('1.0.5'))
