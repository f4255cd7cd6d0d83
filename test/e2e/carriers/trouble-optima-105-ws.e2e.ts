import { optima } from '../../kit/carriers/optima.ts'
import { trouble } from '../../kit/carriers/trouble.ts'

trouble(optima('1.0.5-ws'))
