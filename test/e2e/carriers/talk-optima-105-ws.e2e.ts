import { optima } from '../../kit/carriers/optima.ts'
import { talk } from '../../kit/carriers/talk.ts'

talk(optima('1.0.5-ws'))
